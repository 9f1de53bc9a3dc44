using LusPipeline.Ledger.Results;

namespace LusPipeline.Web.Shown;

/// <summary>A study with what is shown beside its result.</summary>
/// <param name="Earlier">The results of earlier generations of its videos.</param>
public sealed record ShownStudy(StudyResult Study, IReadOnlyList<EarlierResult> Earlier);

/// <summary>A video with what its page shows beside its result.</summary>
/// <param name="Earlier">The results of its earlier generations.</param>
public sealed record ShownVideo(VideoResult Video, VideoDetails Details, IReadOnlyList<EarlierResult> Earlier);
