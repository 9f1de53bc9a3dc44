using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Web.Shown;

/// <summary>A study with what its page shows beside its result.</summary>
/// <param name="Earlier">The results of earlier generations of its videos.</param>
/// <param name="Spans">The spans of its traces, by start.</param>
public sealed record ShownStudy(StudyResult Study, IReadOnlyList<EarlierResult> Earlier, IReadOnlyList<SpanRow> Spans);

/// <summary>A video with what its page shows beside its result.</summary>
/// <param name="Earlier">The results of its earlier generations.</param>
public sealed record ShownVideo(VideoResult Video, VideoDetails Details, IReadOnlyList<EarlierResult> Earlier);
