using LusPipeline.Models.Keras.Converters;
using LusPipeline.Models.Keras.Graph;
using LusPipeline.Models.Onnx;

namespace LusPipeline.Models.Keras;

/// <summary>
/// Writes Keras models as ONNX files that keep this project's contract. A backbone turns <c>frames</c> (uint8 [N,H,W,3], RGB)
/// into <c>features</c> (float32 [N,D]), preprocessing included; a head turns <c>features</c> (float32 [B,T,D]) into
/// <c>probabilities</c> (float32 [B,classes]). N and B are free.
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
        if (layers.Inputs.Count != 1 || layers.InputShapes[0] is not [var height, var width, var channels])
            throw new ImportProblemException("a backbone takes one input of images [height, width, channels].");
        if (channels is not (3 or null))
            throw new ImportProblemException($"its images have {channels} channels; frames have 3.");
        var size = options.FrameSize;
        if (height is null && width is null && size is null)
            throw new ImportProblemException("it leaves the frames' size open; give one.");
        if ((size is { } wanted) && ((height ?? wanted) != wanted || (width ?? wanted) != wanted))
            throw new ImportProblemException($"its frames are {height}×{width}, not {size}×{size}.");
        var (h, w) = (height ?? size ?? width!.Value, width ?? size ?? height!.Value);

        var cut = options.CutAtLayer is { } named
            ? layers.ValueOf(named)
            : layers.LastFeatures(layers.Outputs[0])?.Output
                ?? throw new ImportProblemException("it has no pooled or flattened layer whose output could be features; name the layer.");
        var steps = layers.StepsTo(cut);
        if (steps.Count == 0)
            throw new ImportProblemException("the layer for the features is the model's input.");

        var graph = new GraphBuilder("features");
        var conversion = new Conversion(graph, model.Weights, model.KerasVersion, model.WeightsAlone);
        var frames = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, h, w, 3);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = FramePreprocessing.Apply(graph, frames, options.Preprocess, h, w) };
        conversion.Run(steps, values);
        var features = values[cut];
        if (features.Rank != 1)
            throw new ImportProblemException($"the layer '{steps[^1].Layer.Place}' gives {features.Text}; features are one number after another: name a pooled or flattened layer.");
        graph.Output(features.Name, "features", "N", null, features.Channels);
        GraphSimplifier.Simplify(graph);
        return (graph, new BackboneFacts(h, w, features.Channels, steps[^1].Layer.Place));
    }

    private static (GraphBuilder, HeadFacts) Head(KerasModel model, HeadExport options)
    {
        var layers = LayerGraph.Of(model.Definition);
        if (layers.Inputs.Count != 1 || layers.InputShapes[0] is not [var times, { } features])
            throw new ImportProblemException("a head takes one input of sequences [frames, features].");
        if (times is not null && options.Frames is not null && times != options.Frames)
            throw new ImportProblemException($"it takes {times} frames, not {options.Frames}.");
        var frames = times ?? options.Frames ?? throw new ImportProblemException("it leaves the number of frames open; give one.");
        if (layers.Outputs.Count != 1)
            throw new ImportProblemException($"it has {layers.Outputs.Count} outputs; a head has one.");

        var graph = new GraphBuilder("probabilities");
        var conversion = new Conversion(graph, model.Weights, model.KerasVersion);
        var input = graph.Input("features", TensorProto.Types.DataType.Float, "B", null, frames, features);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = new Value(input, [frames, features]) };
        conversion.Run(layers.StepsTo(layers.Outputs[0]), values);
        var probabilities = values[layers.Outputs[0]];
        if (probabilities.Rank != 1)
            throw new ImportProblemException($"its output is {probabilities.Text}; a head gives one probability for each class.");
        if (!graph.Nodes.Exists(node => node.OpType == "Softmax" && node.Output.Contains(probabilities.Name)))
            throw new ImportProblemException("its last layer is no softmax, so that its outputs are no probabilities.");
        graph.Output(probabilities.Name, "probabilities", "B", null, probabilities.Channels);
        GraphSimplifier.Simplify(graph);
        return (graph, new HeadFacts(frames, features, probabilities.Channels));
    }

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
