using System.Diagnostics;
using Npgsql;

namespace LusPipeline.Benchmarks.Ledger;

/// <summary>
/// Fills a PostgreSQL ledger with studies of eight videos and a year's days, of three clips a video. The last 4,000 studies are open:
/// 4,000 videos wait for ingest, 56,000 clips for features, 28,000 for sequence. The last 60 days have spans.
/// </summary>
internal sealed class BulkLedger(string connectionString)
{
    private const int VideosPerStudy = 8;
    private const int ClipsPerVideo = 3;
    public const int OpenStudies = 4_000;

    /// <summary>The same for every run: ids are hashes of numbers.</summary>
    public static Guid Study(long number) => Hash($"s{number}");

    public const string Bundle = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static string Fill(long clips)
    {
        var studies = Math.Max(OpenStudies + 1, clips / (VideosPerStudy * ClipsPerVideo));
        return $$"""
            INSERT INTO model_bundles (bundle_id, name, version, threshold, first_seen_at) VALUES ('{{Bundle}}', 'xception-lstm', '1', 0.5, now());

            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, completable_at, check_at, first_seen_at, completed_at, trace_parent, urgent)
            SELECT md5('s' || n)::uuid, (seen AT TIME ZONE 'UTC')::date, 'bucket', 'study' || n, CASE WHEN open THEN 'open' ELSE 'done' END,
                   (NOT open)::int, (NOT open)::int, seen + interval '10 min', CASE WHEN open THEN now() + interval '1 hour' END, seen,
                   CASE WHEN NOT open THEN seen + interval '11 min' END, '00-' || md5('t' || n) || '-00f067aa0ba902b7-01', n % 50 = 0
            FROM (SELECT n, n > {{studies - OpenStudies}} AS open, now() - interval '1 year' * (1 - n::float / {{studies}}) AS seen FROM generate_series(1, {{studies}}) n) s;

            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames, window_ticks,
                stride_ticks, bundle_id, variant, generation, status, reason, warnings, codec, width, height, frames, duration_ticks, clips, starts, retries,
                not_before, started_at, finished_at, trace_parent, publishes)
            SELECT md5('v' || v.n || '.' || v.k)::uuid, s.study_id, s.study_day, s.name || '/scan' || v.k || '.mp4', md5('c' || v.n || '.' || v.k), md5('c' || v.n || '.' || v.k), 2000000, false,
                   s.first_seen_at, 'windows', 20, 20000000, 20000000, '{{Bundle}}', 'fp32', 0, v.status,
                   CASE v.status WHEN 'rejected' THEN (ARRAY['not_a_video', 'truncated', 'too_few_frames', 'undecodable'])[1 + v.n % 4] WHEN 'failed' THEN 'crashed' END,
                   '', 'h264', 800, 600, 180, 72000000, CASE WHEN v.status IN ('cut', 'done') THEN {{ClipsPerVideo}} END, 0, 0,
                   CASE WHEN v.status IN ('found', 'cut') THEN now() + interval '1 hour' END, s.first_seen_at,
                   CASE WHEN v.status NOT IN ('found', 'cut') THEN s.first_seen_at + interval '9 min' END, s.trace_parent, 1
            FROM (SELECT n, k, CASE WHEN n <= {{studies - OpenStudies}} AND (n * 8 + k) % 53 = 0 THEN 'rejected' WHEN n <= {{studies - OpenStudies}} AND (n * 8 + k) % 211 = 0 THEN 'failed'
                         WHEN n <= {{studies - OpenStudies}} THEN 'done' WHEN k = {{VideosPerStudy}} THEN 'found' ELSE 'cut' END AS status
                  FROM generate_series(1, {{studies}}) n, generate_series(1, {{VideosPerStudy}}) k) v
            JOIN studies s ON s.study_id = md5('s' || v.n)::uuid;

            INSERT INTO clips (study_day, clip_id, video_id, clip_index, generation, status, features_key, features_sha256, starts, retries, not_before, cut_at, finished_at, publishes)
            SELECT v.study_day, md5('c' || v.video_id || i)::uuid, v.video_id, i, 0, CASE WHEN v.status = 'done' THEN 'done' WHEN i = 2 THEN 'extracted' ELSE 'cut' END,
                   'features/' || md5('c' || v.video_id || i)::uuid || '/0123456789ab-fp32.npy', md5('f' || v.video_id || i) || md5('g' || v.video_id || i), 0, 0,
                   v.not_before, v.started_at + interval '1 min', CASE WHEN v.status = 'done' THEN v.started_at + interval '2 min' END, 1
            FROM videos v, generate_series(0, {{ClipsPerVideo - 1}}) i WHERE v.status IN ('done', 'cut') ORDER BY v.started_at;

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
    public async Task FillAsync(long clips)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        if (await ScalarAsync(connection, "SELECT 1 FROM clips LIMIT 1") is not null)
            return;
        var watch = Stopwatch.StartNew();
        // Rows are made right, so nobody checks them, and an index is built faster at once than row by row.
        await ExecuteAsync(connection, "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET work_mem = '512MB'; SET synchronous_commit = off; SELECT setseed(0.5)");
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
            Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,6:0} s  {statement.Split('(')[0].Trim()}");
        }
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
