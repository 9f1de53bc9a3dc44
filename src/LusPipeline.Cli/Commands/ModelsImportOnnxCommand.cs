using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models import onnx</c></summary>
internal static class ModelsImportOnnxCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("backbone") { Description = "ONNX: frames uint8 [N,H,W,3] (RGB) in, features float32 [N,D] out" }.AcceptExistingOnly();
        var command = new Command("onnx", "Make a bundle from ONNX files, whose inputs and outputs are checked") { file }.WithExamples(
            "lus models import onnx backbone.onnx --head head.onnx --name my-model --out my-bundle");
        var shared = new ModelsImportOptions(command);
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var backbone = result.GetRequiredValue(file).FullName;
            if (!shared.IsHere(result))
                return await shared.RunChildAsync(["models", "import", "onnx", backbone], backbone, result, cancellation);
            return await shared.WriteAsync(result, "graph", backbone, result.GetValue(shared.Head)?.FullName, [], cancellation);
        });
        return command;
    }
}
