using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models import</c></summary>
internal static class ModelsImportCommand
{
    public static Command Create() => new Command("import", "Make a bundle from model files")
    {
        ModelsImportOnnxCommand.Create(),
    }.WithExamples(
        "lus models import onnx backbone.onnx --head head.onnx --name my-model --out my-bundle");
}
