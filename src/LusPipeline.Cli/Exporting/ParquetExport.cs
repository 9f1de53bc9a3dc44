using System.Globalization;
using LusPipeline.Ledger.Results;
using LusPipeline.Training.Data;
using Parquet.Serialization;

namespace LusPipeline.Cli.Exporting;

/// <summary>
/// Writes results as Parquet files, a folder for each table and each day on which studies were first seen:
/// <c>FOLDER/studies/study_day=2026-01-31/studies.parquet</c>, and the same for <c>videos</c> and <c>clips</c>. A day's file is written whole and
/// then takes the place of the one before, so an export that is run again has no row twice, and a stopped one leaves no half file.
/// </summary>
/// <param name="folder">Where to write. It is made if it is missing.</param>
/// <param name="names">Whether names of studies and videos, which may be a patient's, are written.</param>
internal sealed class ParquetExport(string folder, bool names)
{
    /// <summary>Days that were written.</summary>
    public int Days { get; private set; }

    public int Studies { get; private set; }

    /// <param name="studies">Studies of whole days, ordered by day. A day is held in memory.</param>
    public async Task WriteAsync(IAsyncEnumerable<StudyResult> studies, CancellationToken cancellation)
    {
        var day = new List<StudyResult>();
        await foreach (var study in studies.WithCancellation(cancellation))
        {
            if (day.Count > 0 && day[0].StudyDay != study.StudyDay)
                await WriteDayAsync(day, cancellation);
            day.Add(study);
        }
        if (day.Count > 0)
            await WriteDayAsync(day, cancellation);
    }

    private async Task WriteDayAsync(List<StudyResult> studies, CancellationToken cancellation)
    {
        var day = studies[0].StudyDay;
        var videos = studies.SelectMany(study => study.Videos).ToList();
        await WriteTableAsync("studies", day, studies.Select(study => new StudyParquet(study, names)), cancellation);
        await WriteTableAsync("videos", day, videos.Select(video => new VideoParquet(video, names)), cancellation);
        await WriteTableAsync("clips", day, videos.SelectMany(video => Enumerable.Range(0, video.Clips.Count).Select(index => new ClipParquet(video, index))), cancellation);
        Days++;
        Studies += studies.Count;
        studies.Clear();
    }

    private async Task WriteTableAsync<TRow>(string table, DateOnly day, IEnumerable<TRow> rows, CancellationToken cancellation)
    {
        var place = Path.Combine(folder, table, $"study_day={day.ToString("O", CultureInfo.InvariantCulture)}");
        Directory.CreateDirectory(place);
        using var content = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, content, cancellationToken: cancellation);
        WholeFile.Replace(Path.Combine(place, $"{table}.parquet"), content.WriteTo);
    }
}
