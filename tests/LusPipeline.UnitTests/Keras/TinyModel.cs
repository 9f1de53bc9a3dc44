using System.Text.Json;
using System.Text.Json.Nodes;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;
using PureHDF;

namespace LusPipeline.UnitTests.Keras;

/// <summary>
/// A Sequential or Functional model of a few layers with random weights, written as Keras 2 writes it, imported, and run on random
/// float32 input.
/// </summary>
internal sealed class TinyModel(params int?[] inputShape)
{
    private readonly JsonArray _layers = [];
    private readonly List<(string Layer, List<(string Name, float[] Values, ulong[] Shape)> Weights)> _weights = [];
    private readonly Random _random = new(20);

    public string KerasVersion { get; init; } = "2.12.0";

    public float[] Input { get; private set; } = [];

    public JsonArray Layers => _layers;

    /// <summary>Random values in [−1, 1).</summary>
    public float[] Noise(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];

    /// <summary>Adds a layer with weights by name and shape, which are returned in that order.</summary>
    public float[][] Add(string className, string name, object settings, params (string Name, int[] Shape)[] weights)
    {
        AddLayer(className, name, settings);
        return AddWeights(name, weights);
    }

    public void AddLayer(string className, string name, object settings, string? inbound = null)
    {
        var config = JsonSerializer.SerializeToNode(settings)!.AsObject();
        config["name"] = name;
        var layer = new JsonObject { ["class_name"] = className, ["name"] = name, ["config"] = config };
        if (inbound is not null)
            layer["inbound_nodes"] = JsonNode.Parse(inbound);
        _layers.Add(layer);
    }

    public float[][] AddWeights(string layer, params (string Name, int[] Shape)[] weights)
    {
        var filled = weights.Select(weight => (
            $"{layer}/{weight.Name}:0",
            // Variances are positive.
            weight.Name.Contains("variance", StringComparison.Ordinal) ? [.. Noise(Count(weight.Shape)).Select(value => value + 1.5f)] : Noise(Count(weight.Shape)),
            weight.Shape.Select(size => (ulong)size).ToArray())).ToList();
        _weights.Add((layer, filled));
        return [.. filled.Select(weight => weight.Item2)];
    }

    /// <summary>Runs a Sequential model of the layers on <paramref name="batch"/> random inputs.</summary>
    /// <returns>The shape and values in Keras' order.</returns>
    public (int[] Shape, float[] Values) Run(int batch = 2, float[]? input = null)
    {
        var shape = inputShape.Select(size => (int)size!).ToArray();
        Input = input ?? Noise(batch * Count(shape));
        using var folder = new TemporaryFolder();
        Write(folder["model.h5"]);
        using var model = KerasFile.Read(folder["model.h5"], null);
        var layers = LayerGraph.Build(model.Definition);
        var graph = new GraphBuilder("result");
        var image = shape.Length == 3;
        var given = graph.Input("given", TensorProto.Types.DataType.Float, "N", [null, .. shape.Select(size => (int?)size)]);
        var first = image ? graph.Add("Transpose", "turned", [given], OnnxAttribute.Ints("perm", 0, 3, 1, 2)) : given;
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = new Value(first, shape) };
        new Conversion(graph, model.Weights, model.KerasVersion).Run(layers.StepsTo(layers.Outputs[0]), values);
        var result = values[layers.Outputs[0]];
        var last = result.Rank == 3 ? graph.Add("Transpose", "back", [result.Name], OnnxAttribute.Ints("perm", 0, 2, 3, 1)) : result.Name;
        graph.Output(last, "result", "N", [null, .. result.Shape.Select(size => (int?)size)]);
        GraphSimplifier.Simplify(graph);
        Operations = [.. graph.Nodes.Select(node => node.OpType)];
        using (var file = File.Create(folder["model.onnx"]))
        {
            graph.Write(file, "tiny", WeightStorage.Float32, []);
        }
        var (_, actual) = OnnxRun.Of(folder["model.onnx"], Input, [batch, .. shape.Select(size => (long)size)], batch);
        return (result.Shape, actual);
    }

    /// <summary>ONNX' operators of the last run.</summary>
    public IReadOnlyList<string> Operations { get; private set; } = [];

    public void Write(string path)
    {
        var functional = _layers.Any(layer => layer!["inbound_nodes"] is not null);
        var config = new JsonObject { ["name"] = "tiny", ["layers"] = _layers.DeepClone() };
        if (functional)
        {
            config["input_layers"] = JsonNode.Parse($"""[["{_layers[0]!["name"]}", 0, 0]]""");
            config["output_layers"] = JsonNode.Parse($"""[["{_layers[^1]!["name"]}", 0, 0]]""");
        }
        else
        {
            var input = new JsonObject
            {
                ["class_name"] = "InputLayer",
                ["config"] = new JsonObject { ["name"] = "given", ["batch_input_shape"] = new JsonArray([null, .. inputShape.Select(size => (JsonNode?)size)]) },
            };
            config["layers"]!.AsArray().Insert(0, input);
        }
        var root = new JsonObject { ["class_name"] = functional ? "Functional" : "Sequential", ["config"] = config };

        var groups = new H5Group();
        groups.Attributes["layer_names"] = _weights.Select(layer => layer.Layer).ToArray();
        foreach (var (layer, weights) in _weights)
        {
            var group = new H5Group();
            group.Attributes["weight_names"] = weights.Select(weight => weight.Name).ToArray();
            foreach (var (name, values, shape) in weights)
            {
                var parts = name.Split('/');
                var inner = group;
                foreach (var part in parts[..^1])
                {
                    if (!inner.ContainsKey(part))
                        inner[part] = new H5Group();
                    inner = (H5Group)inner[part];
                }
                inner[parts[^1]] = new H5Dataset(values, fileDims: shape);
            }
            groups[layer] = group;
        }
        var file = new H5File { ["model_weights"] = groups };
        file.Attributes["model_config"] = root.ToJsonString();
        file.Attributes["keras_version"] = KerasVersion;
        file.Write(path);
    }

    private static int Count(int[] shape) => shape.Aggregate(1, (product, size) => product * size);
}
