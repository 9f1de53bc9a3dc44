using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts ZeroPadding2D and Cropping2D, which add or remove rows and columns at the four sides (Keras: <c>keras.layers.ZeroPadding2D</c>,
/// <c>Cropping2D</c>; ONNX: Pad, Slice). <see cref="GraphSimplifier"/> later merges padding into a convolution that follows it.
/// </summary>
internal static class Borders
{
    public static void Register(ConverterTable table)
    {
        table.Add("ZeroPadding2D", Pad);
        table.Add("Cropping2D", Crop);
    }

    private static Value Pad(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var (top, bottom, left, right) = Sides(layer.Settings, "padding");
        int[] shape = [checked(input.Shape[0] + top + bottom), checked(input.Shape[1] + left + right), input.Channels];
        var pads = layer.Graph.Integers($"{layer.Layer.Place}/pads", 0, 0, top, left, 0, 0, bottom, right);
        return new Value(layer.Node("Pad", "", [input.Name, pads], OnnxAttribute.Text("mode", "constant")), shape);
    }

    private static Value Crop(LayerContext layer)
    {
        layer.RequireChannelsLast();
        var input = layer.Image;
        var (top, bottom, left, right) = Sides(layer.Settings, "cropping");
        int[] shape = [input.Shape[0] - top - bottom, input.Shape[1] - left - right, input.Channels];
        if (shape[0] < 1 || shape[1] < 1)
            throw layer.Fault($"it crops all of its input {input.Text}");
        var place = layer.Layer.Place;
        var output = layer.Node("Slice", "",
        [
            input.Name,
            layer.Graph.Integers($"{place}/starts", top, left),
            layer.Graph.Integers($"{place}/ends", top + shape[0], left + shape[1]),
            layer.Graph.Integers($"{place}/axes", 2, 3),
        ]);
        return new Value(output, shape);
    }

    /// <summary>Reads the setting for the sides: one number for all, one number each for rows and columns, or two numbers each.</summary>
    private static (int Top, int Bottom, int Left, int Right) Sides(LayerSettings settings, string name)
    {
        var numbers = settings.Has(name) ? settings.Numbers(name) : [1f];
        if (numbers.Any(number => number is < 0 or > 100_000 || number != MathF.Floor(number)))
            throw settings.Fault($"its {name} is not of whole numbers from 0");
        int[] sides = [.. numbers.Select(number => (int)number)];
        return sides switch
        {
            [var all] => (all, all, all, all),
            [var rows, var columns] => (rows, rows, columns, columns),
            [var top, var bottom, var left, var right] => (top, bottom, left, right),
            _ => throw settings.Fault($"its {name} has {sides.Length} numbers"),
        };
    }
}
