using System.Diagnostics;
using Npgsql;

namespace LusPipeline.Tests.Ledger;

/// <summary>
/// Fills a PostgreSQL ledger with the studies of a year, each of eight videos of three clips; some videos have none. The open studies came
/// in the last two hours: five of their videos wait for ingest, six clips for features, three for sequence. The last 60 days have spans.
/// </summary>
internal sealed class BulkLedger(string connectionString, int openStudies)
{
    private const int VideosPerStudy = 8;
    private const int ClipsPerVideo = 3;

    /// <summary>Of an open study.</summary>
    private const int CutVideos = 3;

    /// <summary>The same for every run: ids are hashes of numbers.</summary>
    public static Guid Study(long number) => Hash($"s{number}");

    public const string Bundle = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private string Fill(long clips)
    {
        var studies = Math.Max(openStudies + 1, clips * 103 / 100 / (VideosPerStudy * ClipsPerVideo));
        return $$"""
            INSERT INTO model_bundles (bundle_id, name, version, threshold, first_seen_at) VALUES ('{{Bundle}}', 'xception-lstm', '1', 0.5, now());

            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, completable_at, check_at, first_seen_at, completed_at, trace_parent, urgent,
                announced_covid, announced_pneumonia, announced_healthy, announced_spread, announced_uncertain, announced_videos, announced_rejected, announced_failed)
            SELECT md5('s' || n)::uuid, (seen AT TIME ZONE 'UTC')::date, 'bucket', 'study' || n, CASE WHEN open THEN 'open' ELSE 'done' END,
                   (NOT open)::int, (NOT open)::int, seen + interval '10 min', CASE WHEN open THEN now() + interval '1 hour' END, seen,
                   CASE WHEN NOT open THEN seen + interval '11 min' END, '00-' || md5('t' || n) || '-00f067aa0ba902b7-01', n % 50 = 0,
                   CASE WHEN NOT open THEN a END, CASE WHEN NOT open THEN (1 - a) * b END, CASE WHEN NOT open THEN (1 - a) * (1 - b) END,
                   CASE WHEN NOT open THEN 0.1 END, CASE WHEN NOT open THEN a < 0.1 END, CASE WHEN NOT open THEN {{VideosPerStudy}} END, CASE WHEN NOT open THEN 0 END, CASE WHEN NOT open THEN 0 END
            FROM (SELECT n, random() AS a, random() AS b, n > {{studies - openStudies}} AS open, CASE WHEN n > {{studies - openStudies}} THEN now() - interval '2 hours' * (1 - (n - {{studies - openStudies}})::float / {{openStudies}})
                         ELSE now() - interval '2 hours' - interval '1 year' * (1 - n::float / {{studies - openStudies}}) END AS seen
                  FROM generate_series(1, {{studies}}) n) s;

            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames, window_ticks,
                stride_ticks, bundle_id, variant, generation, status, reason, warnings, codec, width, height, frames, duration_ticks, clips, starts, retries,
                not_before, started_at, finished_at, trace_parent, publishes)
            SELECT md5('v' || v.n || '.' || v.k)::uuid, v.study_id, v.study_day, v.name || '/scan' || v.k || '.mp4', md5('c' || v.n || '.' || v.k), md5('c' || v.n || '.' || v.k), 2000000, false,
                   v.first_seen_at, 'windows', 20, 20000000, 20000000, '{{Bundle}}', 'fp32', 0, v.video_status,
                   CASE v.video_status WHEN 'rejected' THEN (ARRAY['not_a_video', 'truncated', 'too_few_frames', 'undecodable'])[1 + v.n % 4] WHEN 'failed' THEN 'crashed' END,
                   '', 'h264', 800, 600, 180, 72000000, CASE WHEN v.video_status IN ('cut', 'done') THEN {{ClipsPerVideo}} END, 0, 0,
                   CASE WHEN v.video_status IN ('found', 'cut') THEN now() + interval '1 hour' END, v.first_seen_at,
                   CASE WHEN v.video_status NOT IN ('found', 'cut') THEN v.first_seen_at + interval '9 min' END, v.trace_parent, 1
            FROM (SELECT *, CASE WHEN n <= {{studies - openStudies}} AND (n * 8 + k) % 53 = 0 THEN 'rejected' WHEN n <= {{studies - openStudies}} AND (n * 8 + k) % 211 = 0 THEN 'failed'
                         WHEN n <= {{studies - openStudies}} THEN 'done' WHEN k > {{CutVideos}} THEN 'found' ELSE 'cut' END AS video_status
                  FROM (SELECT *, substr(name, 6)::bigint AS n FROM studies) s, generate_series(1, {{VideosPerStudy}}) k) v;

            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, features_key, features_sha256, starts, retries, not_before, cut_at, finished_at, publishes)
            SELECT v.study_day, md5('c' || v.video_id || i)::uuid, v.video_id, i, 0, CASE WHEN v.status = 'done' THEN 'done' WHEN i = 2 THEN 'extracted' ELSE 'cut' END,
                   'features/' || md5('c' || v.video_id || i)::uuid || '/0123456789ab-fp32.npy', md5('f' || v.video_id || i) || md5('g' || v.video_id || i), 0, 0,
                   v.not_before, v.started_at + interval '1 min', CASE WHEN v.status = 'done' THEN v.started_at + interval '2 min' END, 1
            FROM videos v, generate_series(0, {{ClipsPerVideo - 1}}) i WHERE v.status IN ('done', 'cut');

            INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
            SELECT study_day, clip_id, '{{Bundle}}', 'fp32', 0, video_id, clip_index, a, (1 - a) * b, (1 - a) * (1 - b), finished_at
            FROM (SELECT *, random() AS a, random() AS b FROM clips WHERE status = 'done') c;

            INSERT INTO spans (study_day, trace_id, span_id, parent_span_id, study_id, video_id, clip_id, name, started_at, duration_microseconds, attributes)
            SELECT c.study_day, split_part(v.trace_parent, '-', 2), substr(md5(c.clip_id::text || k), 1, 16), '00f067aa0ba902b7', v.study_id, v.video_id, c.clip_id,
                   (ARRAY['features', 'sequence'])[k], c.cut_at, 900000, '{"frames":20}'
            FROM clips c JOIN videos v ON v.video_id = c.video_id, generate_series(1, 2) k WHERE c.status = 'done' AND c.study_day > current_date - 60;
            """;
    }

    /// <summary>Does nothing in a ledger that has clips.</summary>
    /// <param name="told">Of each statement and the time so far.</param>
    public async Task FillAsync(long clips, Action<string> told)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        if (await ScalarAsync(connection, "SELECT 1 FROM clips LIMIT 1") is not null)
            return;
        var watch = Stopwatch.StartNew();
        // Rows are made right, so nobody checks them, and an index is built faster at once than row by row.
        await ExecuteAsync(connection, "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET work_mem = '512MB'; SET synchronous_commit = off; SET synchronize_seqscans = off; SELECT setseed(0.5)");
        var indexes = (string[])(await ScalarAsync(connection, """
            SELECT array_agg(indexdef) FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('studies', 'videos', 'clips', 'predictions', 'spans') AND indexname LIKE 'ix%'
            """))!;
        await ExecuteAsync(connection, """
            DO $$ DECLARE i text; BEGIN
                FOR i IN SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('studies', 'videos', 'clips', 'predictions', 'spans') AND indexname LIKE 'ix%'
                LOOP EXECUTE format('DROP INDEX %I', i); END LOOP;
            END $$
            """);
        foreach (var statement in Fill(clips).Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Concat(indexes).Append("VACUUM ANALYZE"))
        {
            await ExecuteAsync(connection, statement);
            told($"{watch.Elapsed.TotalSeconds,6:0} s  {statement.Split('(')[0].Trim()}");
        }
    }

    /// <summary>
    /// Adds one more study, the newest, that is done: so many videos of one clip, with eight spans each. Nothing is vacuumed or analyzed after it. Does nothing in a ledger that has it.
    /// </summary>
    /// <returns>Its id, and that of the last of its videos by name.</returns>
    public async Task<(Guid Study, Guid LastVideo)> AddStudyAsync(int videos)
    {
        var name = $"large{videos}";
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $$"""
            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, completable_at, first_seen_at, completed_at, trace_parent, urgent)
            SELECT md5('{{name}}')::uuid, (now() AT TIME ZONE 'UTC')::date, 'bucket', '{{name}}', 'done', 1, 1, now(), now(), now(), '00-' || md5('{{name}}') || '-00f067aa0ba902b7-01', false
            ON CONFLICT DO NOTHING;

            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames, window_ticks,
                stride_ticks, bundle_id, variant, generation, status, warnings, codec, width, height, frames, duration_ticks, clips, starts, retries,
                started_at, finished_at, trace_parent, publishes)
            SELECT md5('{{name}}.' || k)::uuid, study_id, study_day, name || '/scan' || lpad(k::text, 6, '0') || '.mp4', md5('{{name}}c' || k), md5('{{name}}c' || k), 2000000, false,
                   first_seen_at, 'windows', 20, 20000000, 20000000, '{{Bundle}}', 'fp32', 0, 'done', '', 'h264', 800, 600, 60, 24000000, 1, 0, 0,
                   first_seen_at, first_seen_at + interval '9 min', trace_parent, 1
            FROM studies, generate_series(1, {{videos}}) k WHERE name = '{{name}}'
            ON CONFLICT DO NOTHING;

            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, features_key, starts, retries, cut_at, finished_at, publishes)
            SELECT study_day, md5('c' || video_id || 0)::uuid, video_id, 0, 0, 'done', 'features/' || md5('c' || video_id || 0)::uuid || '/0123456789ab-fp32.npy', 0, 0, found_at, finished_at, 1
            FROM videos WHERE study_id = md5('{{name}}')::uuid
            ON CONFLICT DO NOTHING;

            INSERT INTO predictions (study_day, clip_id, bundle_id, variant, generation, video_id, clip_index, covid, pneumonia, healthy, predicted_at)
            SELECT study_day, clip_id, '{{Bundle}}', 'fp32', 0, video_id, 0, a, (1 - a) * b, (1 - a) * (1 - b), finished_at
            FROM (SELECT c.*, random() AS a, random() AS b FROM clips c JOIN videos v USING (video_id) WHERE v.study_id = md5('{{name}}')::uuid) c
            ON CONFLICT DO NOTHING;

            INSERT INTO spans (study_day, trace_id, span_id, parent_span_id, study_id, video_id, name, started_at, duration_microseconds, attributes)
            SELECT study_day, split_part(trace_parent, '-', 2), substr(md5(video_id::text || k), 1, 16), '00f067aa0ba902b7', study_id, video_id,
                   (ARRAY['ingest', 'probe', 'decode', 'publish', 'features', 'infer', 'sequence', 'predict'])[k], found_at + k * interval '1 s', 900000, '{"frames":20}'
            FROM videos, generate_series(1, 8) k WHERE study_id = md5('{{name}}')::uuid
            ON CONFLICT DO NOTHING;
            """);
        return (Hash(name), Hash($"{name}.{videos}"));
    }

    /// <summary>The number of its studies.</summary>
    public async Task<long> StudiesAsync()
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return (long)(await ScalarAsync(connection, "SELECT count(*) FROM studies"))!;
    }

    private static Guid Hash(string text)
    {
#pragma warning disable CA5351 // PostgreSQL's md5 made the ids; nothing is secret.
        return Guid.Parse(Convert.ToHexString(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(text))));
#pragma warning restore CA5351
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync();
    }
}
