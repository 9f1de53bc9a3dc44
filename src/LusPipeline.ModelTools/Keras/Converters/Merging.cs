using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>
/// Converts layers that merge several values: Add, Multiply … work element by element and broadcast axes of size 1 (Keras: <c>keras.layers.Add</c> …; ONNX:
/// Add, Mul, Sub, Max, Min, Mean); Concatenate becomes Concat.
/// </summary>
internal static class Merging
{
    public static void Register(ConverterTable table)
    {
        // Keras 3 uses the same class names for operations of a value and a constant.
        table.Add("Add", layer => Arithmetic.Apply(layer, "Add"));
        table.Add("Multiply", layer => Arithmetic.Apply(layer, "Mul"));
        table.Add("Subtract", layer => layer.Inputs.Count <= 2 ? Arithmetic.Apply(layer, "Sub") : throw layer.Fault("it takes two inputs"));
        table.Add("Maximum", layer => Several(layer, "Max"));
        table.Add("Minimum", layer => Several(layer, "Min"));
        table.Add("Average", layer => Several(layer, "Mean"));
        table.Add("Concatenate", Concatenate);
    }

    /// <summary>Applies the operation to two values at a time from the left, as Keras does.</summary>
    public static Value Chain(LayerContext layer, string operation)
    {
        var shape = Broadcast(layer);
        var sum = layer.Inputs[0].Name;
        for (var i = 1; i < layer.Inputs.Count; i++)
        {
            sum = layer.Node(operation, i == layer.Inputs.Count - 1 ? "" : "part", [sum, layer.Inputs[i].Name]);
        }
        return new Value(sum, shape, Masks.All(layer));
    }

    private static Value Several(LayerContext layer, string operation)
    {
        var shape = Broadcast(layer);
        return new Value(layer.Node(operation, "", [.. layer.Inputs.Select(input => input.Name)]), shape, Masks.All(layer));
    }

    private static Value Concatenate(LayerContext layer)
    {
        var first = layer.Inputs[0];
        var setting = layer.Settings.Integer("axis", -1);
        var axis = setting < 0 ? first.Rank + setting : setting - 1;
        if (axis < 0 || axis >= first.Rank)
            throw layer.Fault($"it has no axis {setting}");
        var shape = first.Shape.ToArray();
        foreach (var input in layer.Inputs.Skip(1))
        {
            if (input.Rank != first.Rank || Enumerable.Range(0, first.Rank).Any(i => i != axis && input.Shape[i] != first.Shape[i]))
                throw layer.Fault($"{first.Text} and {input.Text} do not fit together");
            shape[axis] = checked(shape[axis] + input.Shape[axis]);
        }
        var output = layer.Node(
            "Concat", "", [.. layer.Inputs.Select(input => input.Name)], OnnxAttribute.Int("axis", Value.GraphAxis(axis, first.Rank)));
        return new Value(output, shape, axis == 0 ? null : Masks.All(layer));
    }

    private static int[] Broadcast(LayerContext layer)
    {
        var shape = layer.Inputs[0].Shape.ToArray();
        foreach (var input in layer.Inputs.Skip(1))
        {
            if (input.Rank != shape.Length)
                throw layer.Fault($"it merges {layer.Inputs[0].Text} and {input.Text}; values of different numbers of axes are not supported");
            for (var axis = 0; axis < shape.Length; axis++)
            {
                if (shape[axis] != input.Shape[axis] && shape[axis] != 1 && input.Shape[axis] != 1)
                    throw layer.Fault($"{layer.Inputs[0].Text} and {input.Text} do not fit together");
                shape[axis] = Math.Max(shape[axis], input.Shape[axis]);
            }
        }
        return shape;
    }
}
