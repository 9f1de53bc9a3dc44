using System.Globalization;
using LusPipeline.Core.Clips;

namespace LusPipeline.Core.Identity;

/// <summary>The ids of studies, videos and clips. Each is computed from what the object is, never from where or when it was found.</summary>
public static class LedgerIds
{
    private static readonly Guid Studies = new("5c9b2c4e-0d8a-5f0e-9a51-3f6f0a1d7e01");
    private static readonly Guid Videos = new("5c9b2c4e-0d8a-5f0e-9a51-3f6f0a1d7e02");
    private static readonly Guid Clips = new("5c9b2c4e-0d8a-5f0e-9a51-3f6f0a1d7e03");

    /// <summary>Returns the id of a study.</summary>
    /// <param name="bucket">The bucket's name, which is a setting and never a path.</param>
    /// <param name="study">The study's name.</param>
    public static Guid Study(string bucket, string study) => UuidV5.Create(Studies, bucket, study);

    /// <summary>Returns the id of a video.</summary>
    /// <param name="bucket">The bucket's name, which is a setting and never a path.</param>
    /// <param name="study">The study's name.</param>
    /// <param name="key">The object's key below the watched prefix.</param>
    /// <param name="content">The content's id: sha256 in lower-case hex (folder), or ETag and version (S3). Changed content is a new video.</param>
    public static Guid Video(string bucket, string study, string key, string content) =>
        UuidV5.Create(Videos, bucket, study, key, content);

    /// <summary>Returns the id of a clip.</summary>
    /// <param name="video">The id of the video.</param>
    /// <param name="plan">The plan that the clip was cut by.</param>
    /// <param name="index">Position of the clip in its video, from 0.</param>
    public static Guid Clip(Guid video, ClipPlan plan, int index)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return UuidV5.Create(Clips, video.ToString("D"), plan.Kind, Text(plan.Frames), Text(plan.Window.Ticks), Text(plan.Stride.Ticks), Text(index));
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
