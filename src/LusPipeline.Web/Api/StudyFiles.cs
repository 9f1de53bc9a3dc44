using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using LusPipeline.Hosting.Results;
using LusPipeline.Web.Shown;

namespace LusPipeline.Web.Api;

/// <summary>A study's results as files to take along.</summary>
internal static class StudyFiles
{
    /// <summary>The lines that <c>lus show --format json</c> prints.</summary>
    public static string Lines(ShownStudy shown)
    {
        var text = new StringBuilder();
        foreach (var video in shown.Study.Videos)
            text.Append(JsonSerializer.Serialize(VideoJson.From(video, cached: true), ApiJson.Lines.VideoJson)).Append('\n');
        foreach (var earlier in shown.Earlier)
            text.Append(JsonSerializer.Serialize(EarlierJson.From(earlier), ApiJson.Lines.EarlierJson)).Append('\n');
        return text.Append(JsonSerializer.Serialize(StudyJson.From(shown.Study), ApiJson.Lines.StudyJson)).Append('\n').ToString();
    }

    /// <summary>The table that <c>lus results --format csv</c> prints of the study.</summary>
    public static string Table(ShownStudy shown)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture, leaveOpen: true))
        {
            csv.WriteHeader<ResultLine>();
            csv.NextRecord();
            foreach (var video in shown.Study.Videos)
            {
                csv.WriteRecord(new ResultLine(video, null));
                csv.NextRecord();
            }
        }
        return text.ToString();
    }
}
