using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Broker;

internal static class StageMessage
{
    /// <summary>The id of the video or the clip that it is about.</summary>
    public static Guid IdOf(object message) => message is IStageMessage stage
        ? stage.SubjectId
        : throw new ArgumentException($"{message?.GetType().Name} is no message of a stage.", nameof(message));
}
