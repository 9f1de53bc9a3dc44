using System.Text.RegularExpressions;
using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// Reads the weights of a Keras 3 file (<c>model.weights.h5</c>), whose groups mirror the objects of the model. A model's layers are in <c>layers</c>, each
/// under its class name in snake case, numbered for each class. A layer's own weights are in <c>vars/0</c>, <c>vars/1</c> … A recurrent layer's weights
/// belong to its <c>cell</c>, a wrapper's to its <c>layer</c> (Keras: <c>saving_lib._save_state</c>, <c>_save_container_state</c>).
/// </summary>
internal static partial class Keras3Weights
{
    private static readonly string[] Containers = ["layers", "_layer_checkpoint_dependencies"];

    public static bool Has(Hdf5Group root) => Containers.Any(root.Has);

    public static LayerWeights Bind(ModelDefinition model, Hdf5Group root, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        var bound = new LayerWeights(root);
        BindModel(bound, model, root, "", slots);
        return bound;
    }

    private static void BindModel(
        LayerWeights bound, ModelDefinition model, Hdf5Group root, string path, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        var container = Containers.Select(name => path + name).FirstOrDefault(root.Has);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var layer in model.Layers)
        {
            var name = SnakeCase(layer.Model is not null && layer.ClassName == "Model" ? "Functional" : layer.ClassName);
            var number = counts[name] = counts.GetValueOrDefault(name, -1) + 1;
            if (container is not null)
                BindLayer(bound, layer, root, $"{container}/{name}{(number == 0 ? "" : $"_{number}")}", slots);
        }
    }

    private static void BindLayer(
        LayerWeights bound, LayerDefinition layer, Hdf5Group root, string path, Func<LayerDefinition, IReadOnlyList<WeightSlot>> slots)
    {
        if (layer.Model is { } model)
        {
            BindModel(bound, model, root, path + "/", slots);
            return;
        }
        if (layer is { ClassName: "TimeDistributed", Inner: { } inner })
        {
            BindLayer(bound, inner, root, path + "/layer", slots);
            return;
        }
        // The weights of an inner layer (forward_layer/kernel) are numbered from 0 in that layer's group.
        foreach (var part in slots(layer).GroupBy(slot => slot.Name.Contains('/', StringComparison.Ordinal) ? slot.Name[..slot.Name.IndexOf('/', StringComparison.Ordinal)] : ""))
        {
            var own = part.Key.Length == 0 ? path : $"{path}/{part.Key}";
            var group = root.Has(own + "/cell/vars") ? own + "/cell/vars" : own + "/vars";
            foreach (var (index, slot) in part.Index())
            {
                bound.Add(layer, slot.Name, $"{group}/{index}");
            }
        }
    }

    /// <summary>Converts a class name as Keras' <c>naming.to_snake_case</c> does.</summary>
    public static string SnakeCase(string className)
    {
        var words = NotWord().Replace(className, "");
        words = WordStart().Replace(words, "$1_$2");
        return CaseChange().Replace(words, "$1_$2").ToLowerInvariant();
    }

    [GeneratedRegex(@"\W+")]
    private static partial Regex NotWord();

    [GeneratedRegex("(.)([A-Z][a-z]+)")]
    private static partial Regex WordStart();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex CaseChange();
}
