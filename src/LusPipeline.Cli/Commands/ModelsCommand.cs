using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models</c></summary>
internal static class ModelsCommand
{
    public static Command Create() => new Command("models", "Get, import, list, show, verify, sign, compare and export model bundles, and change their variants, layers and heads")
    {
        ModelsImportCommand.Create(),
        ModelsPullCommand.Create(),
        ModelsListCommand.Create(),
        ModelsShowCommand.Create(),
        ModelsVerifyCommand.Create(),
        ModelsSignCommand.Create(),
        ModelsCompareCommand.Create(),
        ModelsExportCommand.Create(),
        ModelsQuantizeCommand.Create(),
        ModelsHalveCommand.Create(),
        ModelsLayersCommand.Create(),
        ModelsSlimCommand.Create(),
        ModelsHeadsCommand.Create(),
    }.WithExamples(
        "lus models list",
        "lus models show xception-lstm",
        "lus models verify my-bundle",
        "lus models sign my-bundle --key key.pem",
        "lus models pull densenet201",
        "lus models compare xception-lstm my-bundle videos/",
        "lus models export xception-lstm --keras head.h5",
        "lus models quantize my-bundle --calibrate videos/",
        "lus models halve my-bundle --calibrate videos/",
        "lus models layers xception-lstm --add add_10 --out my-bundle",
        "lus models slim xception-lstm --out fast",
        "lus models heads my-bundle --add paper --from paper-bundle --out both",
        "lus models import keras weights.h5 --architecture xception --head head.h5 --preprocess tf --name my-model --out my-bundle");
}
