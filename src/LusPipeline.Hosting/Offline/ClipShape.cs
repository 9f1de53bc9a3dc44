using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Offline;

/// <summary>The shape of the clip that a bundle needs.</summary>
/// <param name="Frames">T, the number of frames, spread evenly over the whole video.</param>
/// <param name="Height">H, the height of a frame in pixels.</param>
/// <param name="Width">W, the width of a frame in pixels.</param>
public readonly record struct ClipShape(int Frames, int Height, int Width)
{
    public static ClipShape For(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(bundle.Frames, bundle.Height, bundle.Width);
    }
}
