using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts Flatten, Reshape, Permute and RepeatVector (Keras: <c>keras.layers.Flatten</c> …; ONNX: Reshape, Transpose, Expand). Elements are counted in
/// Keras' order, so an image is transposed first, unless it has one pixel or one channel.
/// </summary>
internal static class Shaping
{
    public static void Register(ConverterTable table)
    {
        table.Add("Flatten", Flatten);
        table.Add("Reshape", Reshape);
        table.Add("Permute", Permute);
        table.Add("RepeatVector", Repeat);
    }

    private static Value Flatten(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Input;
        return input.Rank == 1 ? input : To(layer, input, [checked((int)WeightTensor.Product(input.Shape))]);
    }

    private static Value Reshape(LayerContext layer)
    {
        var input = layer.Input;
        var wanted = layer.Settings.Integers("target_shape");
        var all = WeightTensor.Product(input.Shape);
        long known = 1;
        foreach (var size in wanted)
        {
            if (size != -1)
                known = checked(known * size);
        }
        var shape = wanted.ToArray();
        var free = Array.IndexOf(shape, -1);
        if (free >= 0 && known > 0 && all % known == 0)
            shape[free] = checked((int)(all / known));
        if (shape.Length is < 1 or > 4 || shape.Any(size => size < 1) || WeightTensor.Product(shape) != all)
            throw layer.Fault($"{input.Text} cannot become [{string.Join(", ", wanted)}]");
        return To(layer, input, shape);
    }

    private static Value To(LayerContext layer, Value input, int[] shape)
    {
        // For one pixel and a vector, or two shapes with one channel each, both orders are the same.
        if (IsLine(input.Shape) && IsLine(shape))
            return new Value(layer.Reshape("", input.Name, Value.GraphShape(shape)), shape);
        return layer.FromKerasOrder(layer.Reshape("", layer.InKerasOrder(input), shape), shape);
    }

    private static bool IsLine(int[] shape) => shape.Length < 2 || shape.Count(size => size != 1) < 2;

    /// <summary>Permute: axis i of the result is axis <c>dims[i]</c> of the input, counted from 1.</summary>
    private static Value Permute(LayerContext layer)
    {
        var input = layer.Input;
        var dims = layer.Settings.Integers("dims");
        if (!dims.Order().SequenceEqual(Enumerable.Range(1, input.Rank)))
            throw layer.Fault($"[{string.Join(", ", dims)}] is not an order of the axes of {input.Text}");
        var axes = new int[input.Rank + 1];
        var shape = new int[input.Rank];
        for (var axis = 0; axis < input.Rank; axis++)
        {
            axes[Value.GraphAxis(axis, input.Rank)] = Value.GraphAxis(dims[axis] - 1, input.Rank);
            shape[axis] = input.Shape[dims[axis] - 1];
        }
        return new Value(layer.Node("Transpose", "", [input.Name], OnnxAttribute.Ints("perm", axes)), shape);
    }

    private static Value Repeat(LayerContext layer)
    {
        var input = layer.Input;
        if (input.Rank != 1)
            throw layer.Fault($"it takes vectors and gets {input.Text}");
        var times = layer.Settings.Size("n");
        var place = layer.Layer.Place;
        var row = layer.Reshape("row", input.Name, 1, input.Channels);
        return new Value(layer.Node("Expand", "", [row, layer.Graph.Integers($"{place}/times", 1, times, input.Channels)]), [times, input.Channels]);
    }
}
