using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Layers;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;

namespace LusPipeline.ModelTools.Keras;

/// <summary>
/// Writes Keras models as ONNX files with this project's inputs and outputs. A backbone maps <c>frames</c> (uint8 [N,H,W,3], RGB) to <c>features</c>
/// (float32 [N,D]) and includes the preprocessing. A head maps <c>features</c> (float32 [B,T,D]) to <c>probabilities</c> (float32 [B,classes]). N and B are
/// not fixed. A model of whole clips [T,H,W,3] gives both: the part that is applied to each frame (TimeDistributed) is its backbone, the rest is its head.
/// </summary>
public static class KerasImport
{
    /// <summary>Writes a backbone. Call it in a separate process: a file from outside may be crafted to harm its reader.</summary>
    /// <param name="kerasPath">The path of the Keras file.</param>
    /// <param name="architecture">As for <see cref="KerasFile.Read"/>.</param>
    /// <param name="options">The options of the export.</param>
    /// <param name="onnxPath">The path of the file to write. On an error no file is left there.</param>
    /// <exception cref="KerasImportException">The file cannot be read, or its model cannot be a backbone.</exception>
    public static BackboneFacts WriteBackbone(string kerasPath, string? architecture, BackboneExport options, string onnxPath)
    {
        using var model = KerasFile.Read(kerasPath, architecture);
        return WriteBackbone(model, options, onnxPath);
    }

    /// <inheritdoc cref="WriteBackbone(string, string?, BackboneExport, string)"/>
    public static HeadFacts WriteHead(string kerasPath, HeadExport options, string onnxPath)
    {
        using var model = KerasFile.Read(kerasPath, null);
        return WriteHead(model, options, onnxPath);
    }

    /// <exception cref="KerasImportException">The model cannot be expressed in ONNX, or cannot be a backbone.</exception>
    public static BackboneFacts WriteBackbone(KerasModel model, BackboneExport options, string onnxPath)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(onnxPath);
        var (graph, facts) = KerasImportException.Guard(model.Path, () => Backbone(model, options));
        Write(graph, onnxPath, "backbone", options.WeightStorage, model);
        return facts;
    }

    /// <exception cref="KerasImportException">The model cannot be expressed in ONNX, or cannot be a head.</exception>
    public static HeadFacts WriteHead(KerasModel model, HeadExport options, string onnxPath)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(onnxPath);
        var (graph, facts) = KerasImportException.Guard(model.Path, () => Head(model, options));
        Write(graph, onnxPath, "head", options.WeightStorage, model);
        return facts;
    }

    private static (GraphBuilder, BackboneFacts) Backbone(KerasModel model, BackboneExport options)
    {
        var layers = LayerGraph.Build(model.Definition);
        // A model of clips is used as a model of frames up to the layer where single frames end.
        var ofClips = layers.InputShapes[0].Length == 4;
        var shape = ofClips ? layers.InputShapes[0][1..] : layers.InputShapes[0];
        if (layers.Inputs.Count != 1 || shape is not [var height, var width, 3 or null])
            throw new ImportProblemException($"a backbone takes one input of images [height, width, 3], not {Text(layers.InputShapes)}.");
        var size = options.FrameSize;
        if ((height ?? size) is not { } h || (width ?? size) is not { } w)
            throw new ImportProblemException("it leaves the frames' size open; give one.");
        if (size is not null && (h != size || w != size))
            throw new ImportProblemException($"its frames are {h}×{w}, not {size}×{size}.");

        var cuts = options.Layers.Select(layers.ValueOf).ToList();
        if (cuts.Count == 0)
            cuts.Add(OneCut(layers, ofClips, options.CutAtLayer));
        if (cuts.Distinct().Count() < cuts.Count)
            throw new ImportProblemException("two of the layers for the features are the same.");
        // All values up to the last of them, each once.
        var steps = cuts.SelectMany(cut => ofClips ? layers.FrameStepsTo(cut) : layers.StepsTo(cut)).DistinctBy(step => step.Output).OrderBy(step => step.Output).ToList();
        if (cuts.Exists(cut => !steps.Exists(step => step.Output == cut)))
            throw new ImportProblemException("a layer for the features is the model's input.");

        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, h, w, 3);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = FramePreprocessing.Apply(graph, frames, options.Preprocess, h, w) };
        new Conversion(graph, model.Weights, model.KerasVersion, model.WeightsAlone).Run(steps, values);
        var parts = cuts.Select(cut => (steps.Find(step => step.Output == cut)!.Layer.Place, Value: values[cut])).ToList();
        if (options.Layers.Count > 0)
            parts = [.. parts.Select(part => (part.Place, Pooled(graph, part.Place, part.Value)))];
        if (parts.Find(part => part.Value.Rank != 1) is { Value: not null } other)
        {
            throw new ImportProblemException(
                $"the layer '{other.Place}' gives {other.Value.Text}; features are one number after another: name a pooled or flattened layer, or use --layers.");
        }
        var features = parts is [var only] ? only.Value.Name : graph.Add("Concat", FeatureParts.NodeName, [.. parts.Select(part => part.Value.Name)], OnnxAttribute.Int("axis", 1));
        var length = parts.Sum(part => part.Value.Channels);
        graph.Output(features, "features", "N", null, length);
        GraphSimplifier.Simplify(graph);
        return (graph, new BackboneFacts(h, w, length, [.. parts.Select(part => new BundleLayer(part.Place, part.Value.Channels))]));
    }

    private static int OneCut(LayerGraph layers, bool ofClips, string? named) =>
        named is not null ? layers.ValueOf(named)
            : ofClips ? layers.EndOfFrames() ?? throw new ImportProblemException("it treats no frame by itself (TimeDistributed), so that no backbone can be taken from it.")
            : layers.LastFeatures(layers.Outputs[0])?.Output
                ?? throw new ImportProblemException("it has no pooled or flattened layer whose output could be features; name the layer.");

    /// <summary>The average over each picture of a value [H,W,C]: [C].</summary>
    private static Value Pooled(GraphBuilder graph, string place, Value value)
    {
        if (value.Rank != 3)
            return value;
        var pooled = graph.Add("GlobalAveragePool", $"layers/{place}/pooled", [value.Name]);
        return new Value(graph.Add("Flatten", $"layers/{place}/features", [pooled], OnnxAttribute.Int("axis", 1)), [value.Channels]);
    }

    private static (GraphBuilder, HeadFacts) Head(KerasModel model, HeadExport options)
    {
        var layers = LayerGraph.Build(model.Definition);
        if (layers.Inputs.Count != 1 || layers.InputShapes[0].Length is not (2 or 4))
            throw new ImportProblemException($"a head takes one input of sequences [frames, features], not {Text(layers.InputShapes)}.");
        var times = layers.InputShapes[0][0];
        if (times is not null && options.Frames is not null && times != options.Frames)
            throw new ImportProblemException($"it takes {times} frames, not {options.Frames}.");
        var frames = times ?? options.Frames ?? throw new ImportProblemException("it leaves the number of frames open; give one.");
        if (layers.Outputs.Count != 1)
            throw new ImportProblemException($"it has {layers.Outputs.Count} outputs; a head has one.");

        var start = layers.Inputs[0];
        if (layers.InputShapes[0].Length == 4)
            start = layers.EndOfFrames() ?? throw new ImportProblemException("it treats no frame by itself (TimeDistributed), so that no head can be taken from it.");
        var steps = layers.StepsTo(layers.Outputs[0], start);
        if (start != layers.Inputs[0] && steps.Any(step => step.Inputs.Contains(layers.Inputs[0])))
            throw new ImportProblemException("its later layers read the frames themselves, so that no head can be taken from it.");
        var features = layers.InputShapes[0] is [_, { } length]
            ? length
            : start == layers.Inputs[0]
                ? throw new ImportProblemException("it leaves the number of features open.")
                : Backbone(model, new BackboneExport { FrameSize = options.FrameSize }).Item2.Features;

        var graph = new GraphBuilder("probabilities");
        var input = graph.Input("features", TensorProto.Types.DataType.Float, "B", null, frames, features);
        var values = new Dictionary<int, Value> { [start] = new Value(input, [frames, features]) };
        new Conversion(graph, model.Weights, model.KerasVersion).Run(steps, values);
        var probabilities = values[layers.Outputs[0]];
        if (probabilities.Rank != 1)
            throw new ImportProblemException($"its output is {probabilities.Text}; a head gives one probability for each class.");
        if (!graph.Nodes.Exists(node => node.OpType == "Softmax" && node.Output.Contains(probabilities.Name)))
            throw new ImportProblemException("its last layer is not a softmax, so its outputs are not probabilities.");
        graph.Output(probabilities.Name, "probabilities", "B", null, probabilities.Channels);
        GraphSimplifier.Simplify(graph);
        return (graph, new HeadFacts(frames, features, probabilities.Channels));
    }

    private static string Text(IReadOnlyList<int?[]> shapes) =>
        string.Join(" and ", shapes.Select(shape => $"[{string.Join(", ", shape.Select(size => size?.ToString() ?? "any"))}]"));

    private static void Write(GraphBuilder graph, string path, string name, WeightStorage storage, KerasModel model)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1024 * 1024);
            graph.Write(file, name, storage, [new("keras_model", model.Name), new("keras_version", model.KerasVersion ?? "")]);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}
