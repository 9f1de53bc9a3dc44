using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>The activation functions of a recurrent layer under their ONNX names, with their constants.</summary>
internal static class RecurrentActivations
{
    private const float HardSigmoidOffset = 0.5f;

    public static AttributeProto[] Attributes(LayerContext layer, LayerSettings settings, RecurrentKind kind, int directions)
    {
        var candidate = Name(layer, settings, "activation", kind.Activation);
        var gate = Name(layer, settings, "recurrent_activation", layer.KerasMajor >= 2 ? "sigmoid" : "hard_sigmoid");
        string[] once = kind == RecurrentKind.Lstm ? [gate, candidate, candidate] : kind == RecurrentKind.Gru ? [gate, candidate] : [candidate];
        var names = new List<string>();
        var alphas = new List<float>();
        var betas = new List<float>();
        for (var direction = 0; direction < directions; direction++)
        {
            foreach (var name in once)
            {
                switch (name)
                {
                    case "sigmoid":
                        names.Add("Sigmoid");
                        break;
                    case "tanh":
                        names.Add("Tanh");
                        break;
                    case "relu":
                        names.Add("Relu");
                        break;
                    case "softsign":
                        names.Add("Softsign");
                        break;
                    case "softplus":
                        names.Add("Softplus");
                        break;
                    case "hard_sigmoid":
                        names.Add("HardSigmoid");
                        alphas.Add(Activations.HardSigmoidSlope(layer));
                        betas.Add(HardSigmoidOffset);
                        break;
                    case "linear":
                        names.Add("Affine");
                        alphas.Add(1);
                        betas.Add(0);
                        break;
                    default:
                        throw layer.Fault($"its activation '{name}' is not supported in a recurrent layer");
                }
            }
        }
        var attributes = new List<AttributeProto> { OnnxAttribute.Texts("activations", [.. names]) };
        if (alphas.Count > 0)
        {
            attributes.Add(OnnxAttribute.Floats("activation_alpha", [.. alphas]));
            attributes.Add(OnnxAttribute.Floats("activation_beta", [.. betas]));
        }
        return [.. attributes];
    }

    private static string Name(LayerContext layer, LayerSettings settings, string setting, string otherwise) =>
        settings.Has(setting) ? Activations.Name(layer, settings, setting) : otherwise;
}
