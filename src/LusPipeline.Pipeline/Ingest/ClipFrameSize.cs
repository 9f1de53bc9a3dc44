namespace LusPipeline.Pipeline.Ingest;

/// <summary>Pixels of the frames that the backbone takes.</summary>
public sealed record ClipFrameSize(int Width, int Height);
