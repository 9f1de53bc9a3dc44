namespace LusPipeline.Ingest;

/// <summary>Pixels of the frames that the backbone takes.</summary>
public sealed record FrameSize(int Width, int Height);
