using System.Numerics.Tensors;

namespace LusPipeline.Explaining.Regions;

/// <summary>
/// Grad-CAM (Selvaraju and others, Grad-CAM: Visual explanations from deep networks via gradient-based localization, 2017, equations 1 and 2). The features of a
/// layer are the means of its K pictures, so the weight of picture k, the mean gradient over its cells, is the gradient by feature k divided by the number of cells.
/// </summary>
internal static class GradCam
{
    /// <summary>Σk αk·Ak for one frame, before the negative part is cut off. Its sum over the cells is Σk (gradient by feature k)·(feature k).</summary>
    /// <param name="pictures">A, float32 [K, cells].</param>
    /// <param name="gradient">The gradient of the class's score by the K features.</param>
    /// <returns>[cells].</returns>
    public static float[] Signed(ReadOnlySpan<float> pictures, ReadOnlySpan<float> gradient)
    {
        var cells = pictures.Length / gradient.Length;
        var map = new float[cells];
        for (var k = 0; k < gradient.Length; k++)
            TensorPrimitives.MultiplyAdd(pictures.Slice(k * cells, cells), gradient[k] / cells, map, map);
        return map;
    }

    /// <summary>ReLU of each frame's map, divided by the frame's greatest value, as is usual for single pictures.</summary>
    /// <param name="signed">For each frame its map before ReLU, all of one size.</param>
    /// <returns>
    /// The maps [T, cells] in [0, 1], all 0 for a frame in which nothing speaks for the class; and for each frame its greatest value beside the clip's, in [0, 1].
    /// </returns>
    public static (float[] Maps, float[] Strengths) Normalized(IReadOnlyList<float[]> signed)
    {
        var cells = signed[0].Length;
        var (maps, strengths) = (new float[signed.Count * cells], new float[signed.Count]);
        for (var frame = 0; frame < signed.Count; frame++)
        {
            var map = maps.AsSpan(frame * cells, cells);
            TensorPrimitives.Max(signed[frame], 0, map);
            strengths[frame] = TensorPrimitives.Max<float>(map);
            if (strengths[frame] > 0)
                TensorPrimitives.Divide(map, strengths[frame], map);
        }
        var greatest = TensorPrimitives.Max<float>(strengths);
        if (greatest > 0)
            TensorPrimitives.Divide(strengths, greatest, strengths);
        return (maps, strengths);
    }
}
