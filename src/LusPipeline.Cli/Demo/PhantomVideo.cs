namespace LusPipeline.Cli.Demo;

/// <summary>A video of the demo.</summary>
/// <param name="Key">Its path below the demo's folder. The extension decides the container.</param>
/// <param name="Kind">The lung pattern that it shows.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="FramesPerSecond">Frames in a second; constant over the video.</param>
/// <param name="Seed">Seed of the random numbers. Another seed gives another patient.</param>
/// <param name="Encoding">ffmpeg's options for the codec.</param>
internal sealed record PhantomVideo(
    string Key, PhantomKind Kind, int Width, int Height, int Frames, int FramesPerSecond, int Seed, params string[] Encoding);
