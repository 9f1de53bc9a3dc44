using System.Text.Json;

namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>One use of a layer: the values it takes.</summary>
/// <param name="Inputs">In order.</param>
/// <param name="Arguments">Constant arguments of the call, by position (from 0) or name; empty for most layers.</param>
internal sealed record LayerCall(IReadOnlyList<TensorReference> Inputs, IReadOnlyDictionary<string, JsonElement> Arguments);

/// <summary>An output of a call of a layer, as a configuration refers to it.</summary>
internal readonly record struct TensorReference(string Layer, int Call, int Output);
