namespace LusPipeline.Pipeline.Ingest;

/// <summary>Width and height in pixels of the frames that a backbone takes.</summary>
public sealed record ClipFrameSize(int Width, int Height);
