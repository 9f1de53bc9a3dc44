using System.Text.Json.Nodes;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>Writes a head's configuration as Keras 2 does (<c>model.to_json()</c> of a Sequential model).</summary>
internal static class KerasHeadConfig
{
    /// <param name="frames">T, the number of frames of a clip.</param>
    /// <param name="features">D, the number of features of a frame.</param>
    public static string Json(IReadOnlyList<HeadLayer> layers, int frames, int features)
    {
        var list = new JsonArray
        {
            Layer("InputLayer", new JsonObject
            {
                ["batch_input_shape"] = new JsonArray(null, frames, features),
                ["dtype"] = "float32",
                ["sparse"] = false,
                ["ragged"] = false,
                ["name"] = layers[0].Name + "_input",
            }),
        };
        foreach (var (number, layer) in layers.Index())
            list.Add(ConfigOf(layer, isPooled: number + 1 < layers.Count && layers[number + 1] is HeadLayer.Pooling));
        return Layer("Sequential", new JsonObject { ["name"] = "sequential", ["layers"] = list }).ToJsonString();
    }

    private static JsonObject ConfigOf(HeadLayer layer, bool isPooled)
    {
        var config = new JsonObject { ["name"] = layer.Name, ["trainable"] = true, ["dtype"] = "float32" };
        switch (layer)
        {
            case HeadLayer.Lstm lstm:
                config["return_sequences"] = isPooled;
                foreach (var flag in (string[])["return_state", "go_backwards", "stateful", "unroll", "time_major"])
                    config[flag] = false;
                config["units"] = lstm.Units;
                config["activation"] = lstm.Activation;
                config["recurrent_activation"] = lstm.RecurrentActivation;
                config["use_bias"] = lstm.Bias is not null;
                config["unit_forget_bias"] = true;
                config["dropout"] = 0.0;
                config["recurrent_dropout"] = 0.0;
                config["implementation"] = 2;
                return Layer("LSTM", config);
            case HeadLayer.Pooling pooling:
                config["data_format"] = "channels_last";
                config["keepdims"] = false;
                return Layer(pooling.ClassName, config);
            case HeadLayer.Dense dense:
                config["units"] = dense.Kernel.Dimensions[1];
                config["activation"] = dense.Activation;
                config["use_bias"] = dense.Bias is not null;
                return Layer("Dense", config);
            default:
                throw new ArgumentException($"A head has no layer of {layer.GetType()}.", nameof(layer));
        }
    }

    private static JsonObject Layer(string className, JsonObject config) => new() { ["class_name"] = className, ["config"] = config };
}
