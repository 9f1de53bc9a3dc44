namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>A weight that a layer has.</summary>
/// <param name="Name">As Keras names it: <c>kernel</c>, <c>gamma</c> …; a layer inside a wrapper puts its own name and '/' before it.</param>
/// <param name="Trained">Changed by training; the others (moving averages) come after all trained ones in Keras 2 files.</param>
internal readonly record struct WeightSlot(string Name, bool Trained = true);
