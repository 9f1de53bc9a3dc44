using CsvHelper.Configuration.Attributes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>The result of one video as a csv line.</summary>
/// <param name="video">The video.</param>
/// <param name="label">What labels say of the video; null if they say nothing.</param>
public sealed class ResultLine(VideoResult video, Diagnosis? label)
{
    [Name("study"), Index(0)]
    public string Study => video.Study;

    [Name("video"), Index(1)]
    public string Video => video.Video;

    [Name("status"), Index(2)]
    public string Status => video.Status;

    [Name("reason"), Index(3)]
    public string? Reason => video.Reason;

    [Name("diagnosis"), Index(4)]
    public string? Diagnosis => video.Result?.Diagnosis.Name();

    [Name("uncertain"), Index(5)]
    public bool? Uncertain => video.Result?.Uncertain;

    [Name("covid"), Index(6)]
    public double? Covid => video.Result?.Probabilities.Covid;

    [Name("pneumonia"), Index(7)]
    public double? Pneumonia => video.Result?.Probabilities.Pneumonia;

    [Name("healthy"), Index(8)]
    public double? Healthy => video.Result?.Probabilities.Healthy;

    [Name("spread"), Index(9)]
    public double? Spread => video.Result?.Spread;

    [Name("clips"), Index(10)]
    public int? Clips => video.Result is null ? null : video.Clips.Count;

    [Name("frames"), Index(11)]
    public int? Frames => video.Frames;

    [Name("model"), Index(12)]
    public string Model => video.Model;

    [Name("variant"), Index(13)]
    public string Variant => video.Variant;

    [Name("generation"), Index(14)]
    public int Generation => video.Generation;

    [Name("trace_id"), Index(15)]
    public string TraceId => video.TraceId;

    [Name("label"), Index(16)]
    public string? Label => label?.Name();
}
