using System.ComponentModel.DataAnnotations;
using LusPipeline.Core.Clips;

namespace LusPipeline.Hosting.Settings;

/// <summary>How new videos are cut into clips.</summary>
public sealed record ClipPlanOptions
{
    public const string Section = "Clips";

    /// <summary><c>whole</c>: one clip for each video. <c>windows</c>: one clip for each window.</summary>
    [AllowedValues(ClipPlan.WholeKind, ClipPlan.WindowsKind)]
    public string Plan { get; init; } = ClipPlan.WholeKind;

    /// <summary>Length of a window.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time from the start of one window to the start of the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan Stride { get; init; } = TimeSpan.FromSeconds(2);

    /// <param name="frames">T, the frames of the bundle's clips.</param>
    public ClipPlan For(int frames) => Plan == ClipPlan.WholeKind ? ClipPlan.Whole(frames) : ClipPlan.Windows(frames, Window, Stride);
}
