using System.CommandLine;
using LusPipeline.Models.Keras;
using LusPipeline.Models.Onnx;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models import keras</c></summary>
internal static class ModelsImportKerasCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "The backbone: a whole model or weights alone, of Keras 2 or 3 (.h5, .weights.h5, .keras)" }.AcceptExistingOnly();
        var architecture = new Option<string?>("--architecture") { Description = $"For weights alone: {string.Join(", ", Architecture.Names)}, or the JSON file of a model" };
        var layer = new Option<string?>("--layer") { Description = "The layer whose output are the features; the last pooled or flattened one by default" };
        var size = new Option<int?>("--frame-size") { Description = "The frames' height and width in pixels, for models that leave them open" };
        var preprocess = new Option<Preprocess>("--preprocess") { Description = "How the model wants its pixels", Required = true };
        var weights = new Option<WeightStorage>("--weights") { Description = "How large tensors are stored; computation is float32 either way" };
        var command = new Command("keras", "Make a bundle from files that Keras saved") { file, architecture, layer, size, preprocess, weights }.WithExamples(
            "lus models import keras xception_notop.h5 --architecture xception --preprocess tf --name features-only --out my-bundle",
            "lus models import keras model.h5 --layer avg_pool --head head.h5 --frames 20 --preprocess torch --weights float16 --name my-model --out my-bundle");
        var shared = new ModelsImportOptions(command);
        command.SetGuardedAction(async (result, cancellation) =>
        {
            var backbone = result.GetRequiredValue(file).FullName;
            if (!shared.IsHere(result))
            {
                List<string> arguments = ["models", "import", "keras", backbone, $"--preprocess={result.GetValue(preprocess)}", $"--weights={result.GetValue(weights)}"];
                if (result.GetValue(architecture) is { } name)
                    arguments.Add($"--architecture={(Architecture.Names.Contains(name) ? name : Path.GetFullPath(name))}");
                if (result.GetValue(layer) is { } cut)
                    arguments.Add($"--layer={cut}");
                if (result.GetValue(size) is { } side)
                    arguments.Add($"--frame-size={side}");
                return await shared.RunChildAsync(arguments, backbone, result, cancellation);
            }
            var export = new BackboneExport
            {
                Preprocess = result.GetValue(preprocess),
                CutAtLayer = result.GetValue(layer),
                WeightStorage = result.GetValue(weights),
                FrameSize = result.GetValue(size),
            };
            var backboneOnnx = Path.Combine(shared.Scratch(result), "backbone.onnx");
            using (var model = KerasFile.Read(backbone, result.GetValue(architecture)))
                KerasImport.WriteBackbone(model, export, backboneOnnx);
            string? headOnnx = null;
            if (result.GetValue(shared.Head) is { } head)
            {
                headOnnx = Path.Combine(shared.Scratch(result), "head.onnx");
                using var model = KerasFile.Read(head.FullName, null);
                KerasImport.WriteHead(model, new HeadExport { WeightStorage = export.WeightStorage, Frames = result.GetValue(shared.Frames) }, headOnnx);
            }
            return await shared.WriteAsync(result, export.Preprocess.ToString().ToLowerInvariant(), backboneOnnx, headOnnx, cancellation);
        });
        return command;
    }
}
