using System.Text.Json.Serialization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Exporting;

/// <summary>The columns of a result; empty where there is none.</summary>
internal abstract class ResultParquet(Result? result)
{
    [JsonPropertyName("diagnosis")]
    public string? Diagnosis { get; } = result?.Diagnosis.Name();

    [JsonPropertyName("covid")]
    public double? Covid { get; } = result?.Probabilities.Covid;

    [JsonPropertyName("pneumonia")]
    public double? Pneumonia { get; } = result?.Probabilities.Pneumonia;

    [JsonPropertyName("healthy")]
    public double? Healthy { get; } = result?.Probabilities.Healthy;

    [JsonPropertyName("spread")]
    public double? Spread { get; } = result?.Spread;

    [JsonPropertyName("uncertain")]
    public bool? Uncertain { get; } = result?.Uncertain;
}

/// <summary>A study in <c>studies.parquet</c>. Its day is the folder's name. Columns are those of the view <c>announced_results</c>, as they are now.</summary>
/// <param name="study">The study.</param>
/// <param name="names">Whether its name, which may be a patient's, is there.</param>
internal sealed class StudyParquet(StudyResult study, bool names) : ResultParquet(study.Result)
{
    [JsonPropertyName("study_id")]
    public string StudyId { get; } = study.StudyId.ToString("D");

    [JsonPropertyName("study")]
    public string? Study { get; } = names ? study.Study : null;

    [JsonPropertyName("status")]
    public string Status { get; } = study.Status;

    [JsonPropertyName("revision")]
    public int Revision { get; } = study.Revision;

    [JsonPropertyName("videos")]
    public int Videos { get; } = study.Videos.Count;

    [JsonPropertyName("rejected")]
    public int Rejected { get; } = study.Count(WorkStatus.Rejected);

    [JsonPropertyName("failed")]
    public int Failed { get; } = study.Count(WorkStatus.Failed) + study.Count(WorkStatus.Cancelled);

    [JsonPropertyName("first_seen_at")]
    public DateTime FirstSeenAt { get; } = study.FirstSeenAt;

    [JsonPropertyName("completed_at")]
    public DateTime? CompletedAt { get; } = study.CompletedAt;

    [JsonPropertyName("trace_id")]
    public string TraceId { get; } = study.TraceId;
}

/// <summary>A video in <c>videos.parquet</c>, in its newest generation.</summary>
internal sealed class VideoParquet(VideoResult video, bool names) : ResultParquet(video.Result)
{
    [JsonPropertyName("video_id")]
    public string VideoId { get; } = video.VideoId.ToString("D");

    [JsonPropertyName("study_id")]
    public string StudyId { get; } = video.StudyId.ToString("D");

    [JsonPropertyName("study")]
    public string? Study { get; } = names ? video.Study : null;

    [JsonPropertyName("video")]
    public string? Video { get; } = names ? video.Video : null;

    [JsonPropertyName("status")]
    public string Status { get; } = video.Status;

    [JsonPropertyName("reason")]
    public string? Reason { get; } = video.Reason;

    [JsonPropertyName("threshold")]
    public double Threshold { get; } = video.Threshold;

    [JsonPropertyName("clips")]
    public int Clips { get; } = video.Clips.Count;

    [JsonPropertyName("frames")]
    public int? Frames { get; } = video.Frames;

    [JsonPropertyName("model")]
    public string Model { get; } = video.Model;

    [JsonPropertyName("variant")]
    public string Variant { get; } = video.Variant;

    [JsonPropertyName("generation")]
    public int Generation { get; } = video.Generation;

    [JsonPropertyName("seconds")]
    public double? Seconds { get; } = video.Seconds;

    [JsonPropertyName("finished_at")]
    public DateTime? FinishedAt { get; } = video.FinishedAt;

    [JsonPropertyName("trace_id")]
    public string TraceId { get; } = video.TraceId;
}

/// <summary>A clip's prediction in <c>clips.parquet</c>.</summary>
/// <param name="index">Its place in the video's order of time, from 0.</param>
internal sealed class ClipParquet(VideoResult video, int index)
{
    [JsonPropertyName("video_id")]
    public string VideoId { get; } = video.VideoId.ToString("D");

    [JsonPropertyName("study_id")]
    public string StudyId { get; } = video.StudyId.ToString("D");

    [JsonPropertyName("clip_index")]
    public int ClipIndex { get; } = index;

    [JsonPropertyName("covid")]
    public double Covid { get; } = video.Clips[index].Covid;

    [JsonPropertyName("pneumonia")]
    public double Pneumonia { get; } = video.Clips[index].Pneumonia;

    [JsonPropertyName("healthy")]
    public double Healthy { get; } = video.Clips[index].Healthy;

    [JsonPropertyName("model")]
    public string Model { get; } = video.Model;

    [JsonPropertyName("variant")]
    public string Variant { get; } = video.Variant;

    [JsonPropertyName("generation")]
    public int Generation { get; } = video.Generation;
}
