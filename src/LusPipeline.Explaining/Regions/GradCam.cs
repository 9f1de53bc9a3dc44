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

    /// <summary>ReLU of the maps of all frames, divided by their greatest value. All 0 if nothing speaks for the class.</summary>
    /// <param name="signed">For each frame its map before ReLU.</param>
    /// <returns>[T, cells] in [0, 1].</returns>
    public static float[] Normalized(IReadOnlyList<float[]> signed)
    {
        var all = new float[signed.Sum(map => map.Length)];
        var at = 0;
        foreach (var map in signed)
        {
            TensorPrimitives.Max(map, 0, all.AsSpan(at, map.Length));
            at += map.Length;
        }
        var greatest = all.Length == 0 ? 0 : TensorPrimitives.Max<float>(all);
        if (greatest > 0)
            TensorPrimitives.Divide(all, greatest, all);
        return all;
    }
}
