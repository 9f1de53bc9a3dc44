using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models</c></summary>
internal static class ModelsCommand
{
    public static Command Create() => new Command("models", "Import, list, show, verify and quantize model bundles")
    {
        ModelsImportCommand.Create(),
        ModelsListCommand.Create(),
        ModelsShowCommand.Create(),
        ModelsVerifyCommand.Create(),
        ModelsQuantizeCommand.Create(),
    }.WithExamples(
        "lus models list",
        "lus models show xception-lstm",
        "lus models verify my-bundle",
        "lus models quantize my-bundle --calibrate videos/",
        "lus models import keras weights.h5 --architecture xception --head head.h5 --preprocess tf --name my-model --out my-bundle");
}
