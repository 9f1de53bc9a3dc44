using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras;

/// <summary>
/// Writes Keras models as ONNX files that keep this project's contract. A backbone turns <c>frames</c> (uint8 [N,H,W,3], RGB)
/// into <c>features</c> (float32 [N,D]), preprocessing included; a head turns <c>features</c> (float32 [B,T,D]) into
/// <c>probabilities</c> (float32 [B,classes]). N and B are free. A model of whole clips [T,H,W,3] gives both: what it applies to each
/// frame (TimeDistributed) is its backbone, what comes after its head.
/// </summary>
public static class KerasImport
{
    /// <summary>From path to path, for a process of its own: files from outside may be made to harm their reader.</summary>
    /// <param name="kerasPath">The Keras file.</param>
    /// <param name="architecture">As for <see cref="KerasFile.Read"/>.</param>
    /// <param name="options">How it becomes a backbone.</param>
    /// <param name="onnxPath">The file to write; nothing is left there on an error.</param>
    /// <exception cref="KerasImportException">The file cannot be read, or its model does not fit a backbone.</exception>
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

    /// <exception cref="KerasImportException">The model cannot be said in ONNX or does not fit a backbone.</exception>
    public static BackboneFacts WriteBackbone(KerasModel model, BackboneExport options, string onnxPath)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(onnxPath);
        var (graph, facts) = KerasImportException.Guard(model.Path, () => Backbone(model, options));
        Write(graph, onnxPath, "backbone", options.WeightStorage, model);
        return facts;
    }

    /// <exception cref="KerasImportException">The model cannot be said in ONNX or does not fit a head.</exception>
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
        var layers = LayerGraph.Of(model.Definition);
        // A model of clips is a model of frames as far as it treats them one by one.
        var ofClips = layers.InputShapes[0].Length == 4;
        var shape = ofClips ? layers.InputShapes[0][1..] : layers.InputShapes[0];
        if (layers.Inputs.Count != 1 || shape is not [var height, var width, 3 or null])
            throw new ImportProblemException($"a backbone takes one input of images [height, width, 3], not {Text(layers.InputShapes)}.");
        var size = options.FrameSize;
        if ((height ?? size) is not { } h || (width ?? size) is not { } w)
            throw new ImportProblemException("it leaves the frames' size open; give one.");
        if (size is not null && (h != size || w != size))
            throw new ImportProblemException($"its frames are {h}×{w}, not {size}×{size}.");

        var cut = options.CutAtLayer is { } named ? layers.ValueOf(named)
            : ofClips ? layers.EndOfFrames() ?? throw new ImportProblemException("it treats no frame by itself (TimeDistributed), so that no backbone can be taken from it.")
            : layers.LastFeatures(layers.Outputs[0])?.Output
                ?? throw new ImportProblemException("it has no pooled or flattened layer whose output could be features; name the layer.");
        var steps = ofClips ? layers.FrameStepsTo(cut) : layers.StepsTo(cut);
        if (steps.Count == 0)
            throw new ImportProblemException("the layer for the features is the model's input.");

        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, h, w, 3);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = FramePreprocessing.Apply(graph, frames, options.Preprocess, h, w) };
        new Conversion(graph, model.Weights, model.KerasVersion, model.WeightsAlone).Run(steps, values);
        var features = values[cut];
        var place = steps[^1].Layer.Place;
        if (features.Rank != 1)
            throw new ImportProblemException($"the layer '{place}' gives {features.Text}; features are one number after another: name a pooled or flattened layer.");
        graph.Output(features.Name, "features", "N", null, features.Channels);
        GraphSimplifier.Simplify(graph);
        return (graph, new BackboneFacts(h, w, features.Channels, place));
    }

    private static (GraphBuilder, HeadFacts) Head(KerasModel model, HeadExport options)
    {
        var layers = LayerGraph.Of(model.Definition);
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
            throw new ImportProblemException("its last layer is no softmax, so that its outputs are no probabilities.");
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
