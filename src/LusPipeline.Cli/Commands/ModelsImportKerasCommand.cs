using System.CommandLine;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models import keras</c></summary>
internal static class ModelsImportKerasCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "The backbone: a whole model or weights alone, of Keras 2 or 3 (.h5, .weights.h5, .keras)" }.AcceptExistingOnly();
        var architecture = new Option<string?>("--architecture") { Description = $"For weights alone: {string.Join(", ", Architecture.Names)}, or the JSON file of a model" };
        var layer = new Option<string?>("--layer") { Description = "The layer whose output is used as features; by default the last pooled or flattened one" };
        var layers = new Option<string?>("--layers") { Description = "Several layers, separated by commas, whose outputs follow each other in the features; pictures are averaged", HelpName = "LAYERS" };
        var size = new Option<int?>("--frame-size") { Description = "The frames' height and width in pixels, for models that leave them open" };
        var preprocess = new Option<Preprocess?>("--preprocess") { Description = "How pixels are prepared for the model; with --architecture, as that architecture needs them" };
        var weights = new Option<WeightStorage>("--weights") { Description = "How large tensors are stored; computation is float32 either way" };
        var command = new Command("keras", "Make a bundle from files that Keras saved") { file, architecture, layer, layers, size, preprocess, weights }.WithExamples(
            "lus models import keras weights_notop.h5 --architecture densenet201 --out my-bundle",
            "lus models import keras weights_notop.h5 --architecture xception --layers avg_pool,add_10 --out my-bundle",
            "lus models import keras model.h5 --layer avg_pool --head head.h5 --frames 20 --preprocess torch --weights float16 --name my-model --out my-bundle");
        var shared = new ModelsImportOptions(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var backbone = result.GetRequiredValue(file).FullName;
            if ((result.GetValue(preprocess) ?? Wanted(result.GetValue(architecture))) is not { } pixels)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync("lus: give --preprocess tf, caffe, torch or none: a file does not say how its model wants its pixels.");
                return ExitCode.Error;
            }
            if (!shared.IsHere(result))
            {
                List<string> arguments = ["models", "import", "keras", backbone, $"--preprocess={pixels}", $"--weights={result.GetValue(weights)}"];
                if (result.GetValue(architecture) is { } name)
                    arguments.Add($"--architecture={(Architecture.Names.Contains(name) ? name : Path.GetFullPath(name))}");
                if (result.GetValue(layer) is { } cut)
                    arguments.Add($"--layer={cut}");
                if (result.GetValue(layers) is { } several)
                    arguments.Add($"--layers={several}");
                if (result.GetValue(size) is { } side)
                    arguments.Add($"--frame-size={side}");
                return await shared.RunChildAsync(arguments, backbone, result, cancellation);
            }
            var export = new BackboneExport
            {
                Preprocess = pixels,
                CutAtLayer = result.GetValue(layer),
                Layers = LayerNames.Split(result.GetValue(layers)),
                WeightStorage = result.GetValue(weights),
                FrameSize = result.GetValue(size),
            };
            var backboneOnnx = Path.Combine(shared.Scratch(result), "backbone.onnx");
            var headExport = new HeadExport { WeightStorage = export.WeightStorage, Frames = result.GetValue(shared.Frames) };
            string? headOnnx = null;
            BackboneFacts facts;
            using (var model = KerasFile.Read(backbone, result.GetValue(architecture)))
            {
                facts = KerasImport.WriteBackbone(model, export, backboneOnnx);
                // A model of whole clips has a head of its own.
                if (model.InputShape.Count == 4 && result.GetValue(shared.Head) is null)
                    KerasImport.WriteHead(model, headExport, headOnnx = Path.Combine(shared.Scratch(result), "head.onnx"));
            }
            if (result.GetValue(shared.Head) is { } head)
            {
                headOnnx = Path.Combine(shared.Scratch(result), "head.onnx");
                using var model = KerasFile.Read(head.FullName, null);
                KerasImport.WriteHead(model, headExport, headOnnx);
            }
            return await shared.WriteAsync(result, export.Preprocess.ToString().ToLowerInvariant(), backboneOnnx, headOnnx, facts.Layers, cancellation);
        });
        return command;
    }

    private static Preprocess? Wanted(string? architecture) =>
        architecture is not null && Architecture.Names.Contains(architecture) ? PublishedWeights.Find(architecture)?.Preprocess : null;
}
