using Google.Protobuf;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>Reads and writes ONNX files as a whole.</summary>
public static class OnnxFile
{
    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    public static ModelProto Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new InvalidDataException($"it is not a readable ONNX model ({wrong.Message})", wrong);
        }
    }

    /// <param name="path">A file that must not exist.</param>
    public static void Write(string path, ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        model.WriteTo(stream);
    }
}
