using System.Text.Json;

namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>One call of a layer.</summary>
/// <param name="Inputs">The values that the call reads, in order.</param>
/// <param name="Arguments">Constant arguments of the call, by position (from 0) or name. Empty for most layers.</param>
internal sealed record LayerCall(IReadOnlyList<TensorReference> Inputs, IReadOnlyDictionary<string, JsonElement> Arguments);

/// <summary>A reference in a configuration to an output of a layer's call.</summary>
internal readonly record struct TensorReference(string Layer, int Call, int Output);
