using System.Runtime.InteropServices;

namespace LusPipeline.Models.Inference;

/// <summary>
/// Turns off the telemetry of ONNX Runtime. Its official builds keep an id of the machine and events of sessions in the user's cache folder and send them to
/// its makers.
/// </summary>
public static partial class OnnxTelemetry
{
    /// <summary>The variable that ONNX Runtime reads when its library starts.</summary>
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Call it before anything else of ONNX Runtime. .NET's own method changes no variables that native code sees.</summary>
    public static void TurnOff() => _ = SetVariable(Variable, "1", 1);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
