namespace LusPipeline.Core.Messages;

/// <summary>A message about one clip of a video.</summary>
public interface IClipMessage : IStageMessage
{
    Guid ClipId { get; }
}
