using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models import</c></summary>
internal static class ModelsImportCommand
{
    public static Command Create() => new Command("import", "Make a bundle from model files")
    {
        ModelsImportKerasCommand.Create(),
        ModelsImportOnnxCommand.Create(),
    }.WithExamples(
        "lus models import keras weights.h5 --architecture xception --head head.h5 --preprocess tf --name my-model --out my-bundle",
        "lus models import onnx backbone.onnx --head head.onnx --name my-model --out my-bundle");
}
