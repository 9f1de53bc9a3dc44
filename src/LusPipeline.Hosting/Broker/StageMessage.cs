using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Broker;

internal static class StageMessage
{
    /// <summary>Of the video or the clip that it is about.</summary>
    public static Guid IdOf(object message) => message switch
    {
        VideoFound found => found.VideoId,
        ClipReady ready => ready.ClipId,
        FeaturesReady ready => ready.ClipId,
        _ => throw new ArgumentException($"{message?.GetType().Name} is no message of a stage.", nameof(message)),
    };
}
