using System.IO.Compression;
using System.Text;
using PureHDF;

namespace LusPipeline.UnitTests.Keras;

/// <summary>A small model as Keras 3 writes a <c>.keras</c> file: an image through preprocessing as plain formulas, a nested model and pooling.</summary>
internal static class Keras3Archive
{
    /// <summary>[3, 4]: channels in, channels out; of the convolution of 1×1 in the nested model.</summary>
    public static float[] Kernel { get; } = [.. Enumerable.Range(0, 12).Select(i => (i - 5) / 7f)];

    public static float[] Bias { get; } = [0.5f, -0.25f, 0, 1];

    public static byte[] Bytes()
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            Entry(zip, "metadata.json", Encoding.UTF8.GetBytes("""{"keras_version": "3.5.0", "date_saved": "2025-01-01@00:00:00"}"""));
            Entry(zip, "config.json", Encoding.UTF8.GetBytes(Config));
            Entry(zip, "model.weights.h5", Weights());
        }
        return archive.ToArray();
    }

    private static string Config { get; } = $$$"""
        {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "outer", "trainable": true, "layers": [
          {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3], "name": "image"}, "name": "image", "inbound_nodes": []},
          {"module": "keras.src.ops.numpy", "class_name": "TrueDivide", "config": {"name": "divide"}, "name": "divide",
           "inbound_nodes": [{"args": [{{{Tensor("image", "[null, 8, 8, 3]")}}}, 127.5], "kwargs": {}}]},
          {"module": "keras.src.ops.numpy", "class_name": "Subtract", "config": {"name": "subtract"}, "name": "subtract",
           "inbound_nodes": [{"args": [{{{Tensor("divide", "[null, 8, 8, 3]")}}}, {"class_name": "__numpy__", "config": {"value": [1.0, 0.5, 0.25], "dtype": "float32"}}], "kwargs": {}}]},
          {"module": "keras", "class_name": "Sequential", "config": {"name": "inner", "trainable": true, "layers": [
             {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3], "name": "inner_input"}, "registered_name": null},
             {"module": "keras.layers", "class_name": "Conv2D", "config": {"name": "conv", "filters": 4, "kernel_size": [1, 1], "strides": [1, 1], "padding": "valid",
              "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": true}, "registered_name": null}]},
           "name": "inner", "inbound_nodes": [{"args": [{{{Tensor("subtract", "[null, 8, 8, 3]")}}}], "kwargs": {"training": false, "mask": null}}]},
          {"module": "keras.layers", "class_name": "GlobalAveragePooling2D", "config": {"name": "pooled", "data_format": "channels_last", "keepdims": false}, "name": "pooled",
           "inbound_nodes": [{"args": [{{{Tensor("inner", "[null, 8, 8, 4]")}}}], "kwargs": {}}]}],
         "input_layers": ["image", 0, 0], "output_layers": ["pooled", 0, 0]}, "registered_name": "Functional"}
        """;

    private static string Tensor(string layer, string shape) =>
        $$$"""{"class_name": "__keras_tensor__", "config": {"shape": {{{shape}}}, "dtype": "float32", "keras_history": ["{{{layer}}}", 0, 0]}}""";

    private static byte[] Weights()
    {
        var file = new H5File
        {
            ["layers"] = new H5Group
            {
                ["sequential"] = new H5Group
                {
                    ["layers"] = new H5Group
                    {
                        ["conv2d"] = new H5Group
                        {
                            ["vars"] = new H5Group
                            {
                                ["0"] = new H5Dataset(Kernel, fileDims: [1, 1, 3, 4]),
                                ["1"] = new H5Dataset(Bias, fileDims: [4]),
                            },
                        },
                    },
                },
            },
        };
        using var folder = new TemporaryFolder();
        file.Write(folder["weights.h5"]);
        return File.ReadAllBytes(folder["weights.h5"]);
    }

    private static void Entry(ZipArchive zip, string name, byte[] bytes)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }
}
