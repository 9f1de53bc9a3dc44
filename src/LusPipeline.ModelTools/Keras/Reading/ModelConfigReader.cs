using System.Text.Json;
using LusPipeline.ModelTools.Keras.Graph;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// Reads the JSON of Keras' <c>model.to_json()</c> in both forms. In Keras 2 a call is a list <c>[layer, call, output, arguments]</c>. In Keras 3 a call
/// has <c>args</c> and <c>kwargs</c>, which hold <c>__keras_tensor__</c> objects.
/// </summary>
internal static class ModelConfigReader
{
    private const int MaxDepth = 16;
    private const int MaxLayers = 50_000;

    private static readonly IReadOnlyDictionary<string, JsonElement> NoArguments = new Dictionary<string, JsonElement>();

    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 }).RootElement;
        }
        catch (JsonException fault)
        {
            throw new ImportProblemException($"its model configuration is not JSON ({fault.Message})", fault);
        }
    }

    /// <summary>Reads a whole configuration.</summary>
    /// <param name="config">A JSON object with <c>class_name</c> and <c>config</c>.</param>
    public static ModelDefinition Read(JsonElement config)
    {
        var className = ClassName(config, "the model");
        var inner = Config(config, "the model");
        if (!IsModel(className, inner))
            throw new ImportProblemException($"its model is of class {className}; Functional and Sequential models are supported.");
        return Model(inner, place: "", depth: 0);
    }

    private static ModelDefinition Model(JsonElement config, string place, int depth)
    {
        if (depth > MaxDepth)
            throw new ImportProblemException($"models lie within models more than {MaxDepth} deep.");
        // Before Keras 2.2.3 a Sequential model's configuration was the list of its layers.
        var list = config.ValueKind == JsonValueKind.Array ? config : Property(config, "layers", place);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxLayers)
            throw new ImportProblemException($"the layers of '{Shown(place)}' are not a list of at most {MaxLayers}.");

        var sequential = config.ValueKind == JsonValueKind.Array || !config.TryGetProperty("input_layers", out _);
        var layers = new List<LayerDefinition>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            layers.Add(Layer(item, place, depth, sequential ? layers : null));
        }
        if (layers.Count == 0)
            throw new ImportProblemException($"the model '{Shown(place)}' has no layers.");
        var name = config.ValueKind == JsonValueKind.Object && config.TryGetProperty("name", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : "model";

        return sequential ? Sequential(name, place, layers, config) : Functional(name, place, layers, config);
    }

    private static ModelDefinition Functional(string name, string place, List<LayerDefinition> layers, JsonElement config)
    {
        var inputs = References(config.GetProperty("input_layers"), place);
        var outputs = References(Property(config, "output_layers", place), place);
        if (inputs.Count == 0 || outputs.Count == 0)
            throw new ImportProblemException($"the model '{Shown(place)}' has no input or no output.");
        var byName = new Dictionary<string, LayerDefinition>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            if (!byName.TryAdd(layer.Name, layer))
                throw new ImportProblemException($"two layers of '{Shown(place)}' are named '{layer.Name}'.");
        }
        return new ModelDefinition
        {
            Name = name,
            Place = place,
            Layers = layers,
            Inputs = inputs,
            Outputs = outputs,
            InputShapes = [.. inputs.Select(input => byName.TryGetValue(input.Layer, out var layer) && OwnInputShape(layer) is { } shape
                ? shape
                : throw new ImportProblemException($"the input '{input.Layer}' of '{Shown(place)}' has no shape."))],
        };
    }

    private static ModelDefinition Sequential(string name, string place, List<LayerDefinition> layers, JsonElement config)
    {
        var first = layers[0];
        // A model that was built by its first data stores the input shape itself.
        var shape = OwnInputShape(first)
            ?? (config.ValueKind == JsonValueKind.Object ? Shape(new LayerSettings(config, $"the model '{Shown(place)}'"), "build_input_shape") : null)
            ?? throw new ImportProblemException($"the model '{Shown(place)}' does not say the shape of its input.");
        return new ModelDefinition
        {
            Name = name,
            Place = place,
            Layers = layers,
            Inputs = [new TensorReference(first.ClassName == "InputLayer" ? first.Name : "", 0, 0)],
            Outputs = [new TensorReference(layers[^1].Name, 0, 0)],
            InputShapes = [shape],
        };
    }

    /// <summary>The input shape in a layer's own configuration, without the batch axis; null if it has none.</summary>
    private static int?[]? OwnInputShape(LayerDefinition layer)
    {
        if (layer.Model is { } model)
            return model.InputShapes[0];
        return Shape(layer.Settings, "batch_input_shape") ?? Shape(layer.Settings, "batch_shape") ?? (layer.Inner is { } inner ? InputOfWrapper(layer, inner) : null);
    }

    private static int?[]? Shape(LayerSettings settings, string name)
    {
        if (!settings.Has(name))
            return null;
        var shape = settings.Element(name);
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() is < 2 or > 8)
            throw settings.Fault($"its '{name}' is not a shape");
        return [.. shape.EnumerateArray().Skip(1).Select(axis => axis.ValueKind switch
        {
            JsonValueKind.Null => (int?)null,
            JsonValueKind.Number when axis.TryGetInt32(out var size) && size is >= 1 and <= 1_000_000 => size,
            _ => throw settings.Fault($"its '{name}' is not a shape"),
        })];
    }

    private static int?[]? InputOfWrapper(LayerDefinition wrapper, LayerDefinition inner)
    {
        var shape = OwnInputShape(inner);
        return shape is null ? null : wrapper.ClassName == "TimeDistributed" ? [null, .. shape] : shape;
    }

    /// <param name="before">The preceding layers in a Sequential model; null in a Functional model.</param>
    private static LayerDefinition Layer(JsonElement item, string place, int depth, List<LayerDefinition>? before)
    {
        if (depth > MaxDepth)
            throw new ImportProblemException($"layers lie within layers more than {MaxDepth} deep.");
        var className = ClassName(item, Shown(place));
        var config = Config(item, Shown(place));
        var isModel = IsModel(className, config);
        var name = NameOf(item, config) ?? (isModel ? className : throw new ImportProblemException($"a layer of class {className} in '{Shown(place)}' has no name."));
        var here = place.Length == 0 ? name : $"{place}/{name}";
        var settings = new LayerSettings(config, $"the layer '{here}' of class {className}");
        return new LayerDefinition
        {
            Name = name,
            ClassName = className,
            Place = here,
            Settings = settings,
            Model = isModel ? Model(config, here, depth + 1) : null,
            Inner = !isModel && settings.Has("layer") ? Layer(settings.Element("layer"), here, depth + 1, []) : null,
            Trainable = config.ValueKind != JsonValueKind.Object || settings.Flag("trainable", true),
            Calls = before is null ? Calls(item, settings)
                : className == "InputLayer" ? []
                : [new LayerCall([new TensorReference(before.Count == 0 ? "" : before[^1].Name, 0, 0)], NoArguments)],
        };
    }

    private static List<LayerCall> Calls(JsonElement item, LayerSettings settings)
    {
        if (!item.TryGetProperty("inbound_nodes", out var nodes))
            return [];
        if (nodes.ValueKind != JsonValueKind.Array)
            throw settings.Fault("its inbound_nodes are not a list");
        var calls = new List<LayerCall>();
        foreach (var node in nodes.EnumerateArray())
        {
            var inputs = new List<TensorReference>();
            var arguments = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            if (node.ValueKind == JsonValueKind.Object && node.TryGetProperty("args", out var args) && args.ValueKind == JsonValueKind.Array)
                Keras3Call(node, args, inputs, arguments, settings);
            else if (node.ValueKind == JsonValueKind.Array)
                Keras2Call(node, inputs, arguments, settings);
            else
                throw settings.Fault("a call of it is in a form that is not known");
            calls.Add(new LayerCall(inputs, arguments));
        }
        return calls;
    }

    private static void Keras2Call(JsonElement node, List<TensorReference> inputs, Dictionary<string, JsonElement> arguments, LayerSettings settings)
    {
        var flat = node.GetArrayLength() > 0 && node[0].ValueKind == JsonValueKind.String;
        foreach (var input in flat ? [node] : node.EnumerateArray().ToArray())
        {
            if (Reference(input) is not { } reference)
                throw settings.Fault("an input of it is in a form that is not known");
            inputs.Add(reference);
            if (input.GetArrayLength() < 4 || input[3].ValueKind != JsonValueKind.Object)
                continue;
            foreach (var argument in input[3].EnumerateObject())
            {
                // A value that is passed by keyword is written as a reference.
                if (Reference(argument.Value) is { } keyword && argument.Value.GetArrayLength() == 3)
                    inputs.Add(keyword);
                else if (argument.Value.ValueKind != JsonValueKind.Null)
                    arguments[argument.Name] = argument.Value;
            }
        }
    }

    private static void Keras3Call(
        JsonElement node, JsonElement args, List<TensorReference> inputs, Dictionary<string, JsonElement> arguments, LayerSettings settings)
    {
        var position = 0;
        foreach (var argument in args.EnumerateArray())
        {
            Take(position++.ToString(System.Globalization.CultureInfo.InvariantCulture), argument, 0);
        }
        if (node.TryGetProperty("kwargs", out var keywords) && keywords.ValueKind == JsonValueKind.Object)
        {
            foreach (var argument in keywords.EnumerateObject())
            {
                Take(argument.Name, argument.Value, 0);
            }
        }

        void Take(string name, JsonElement value, int depth)
        {
            if (depth > MaxDepth)
                throw settings.Fault("an input of it is in a form that is not known");
            if (KerasTensor(value) is { } reference)
                inputs.Add(reference);
            else if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(item => KerasTensor(item) is not null || item.ValueKind == JsonValueKind.Array))
            {
                foreach (var item in value.EnumerateArray())
                {
                    Take(name, item, depth + 1);
                }
            }
            else if (value.ValueKind != JsonValueKind.Null)
                arguments[name] = value;
        }
    }

    private static TensorReference? KerasTensor(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("class_name", out var kind) && kind.ValueKind == JsonValueKind.String && kind.GetString() == "__keras_tensor__"
        && value.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object
        && config.TryGetProperty("keras_history", out var history)
            ? Reference(history)
            : null;

    private static List<TensorReference> References(JsonElement list, string place)
    {
        // A single input or output may be a bare reference. Several are a list of references, or an object of them.
        if (Reference(list) is { } only)
            return [only];
        var items = list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray().ToList(),
            JsonValueKind.Object => [.. list.EnumerateObject().Select(property => property.Value)],
            _ => [],
        };
        return [.. items.Select(item => Reference(item)
            ?? throw new ImportProblemException($"the inputs or outputs of '{Shown(place)}' are in a form that is not known."))];
    }

    private static TensorReference? Reference(JsonElement item) =>
        item.ValueKind == JsonValueKind.Array && item.GetArrayLength() >= 3
        && item[0].ValueKind == JsonValueKind.String
        && item[1].ValueKind == JsonValueKind.Number && item[1].TryGetInt32(out var call)
        && item[2].ValueKind == JsonValueKind.Number && item[2].TryGetInt32(out var output)
            ? new TensorReference(item[0].GetString()!, call, output)
            : null;

    private static bool IsModel(string className, JsonElement config) =>
        className is "Functional" or "Model" or "Sequential"
        || (config.ValueKind == JsonValueKind.Object && config.TryGetProperty("layers", out _) && config.TryGetProperty("input_layers", out _));

    /// <summary>The class name without its package: custom classes are written as <c>Package>Name</c>.</summary>
    private static string ClassName(JsonElement item, string place)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("class_name", out var name) || name.ValueKind != JsonValueKind.String)
            throw new ImportProblemException($"something in '{place}' has no class_name.");
        var text = name.GetString()!;
        return text[(text.LastIndexOf('>') + 1)..];
    }

    private static JsonElement Config(JsonElement item, string place) =>
        item.TryGetProperty("config", out var config) && config.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? config
            : throw new ImportProblemException($"something in '{place}' has no config.");

    private static JsonElement Property(JsonElement config, string name, string place) =>
        config.TryGetProperty(name, out var value) ? value : throw new ImportProblemException($"'{name}' of '{Shown(place)}' is missing.");

    private static string? NameOf(JsonElement item, JsonElement config)
    {
        if (config.ValueKind == JsonValueKind.Object && config.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
            return name.GetString();
        return item.TryGetProperty("name", out name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
    }

    private static string Shown(string place) => place.Length == 0 ? "the model" : place;
}
