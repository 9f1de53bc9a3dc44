namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>The name of a weight that a layer has.</summary>
/// <param name="Name">The weight's name in Keras: <c>kernel</c>, <c>gamma</c> … A layer inside a wrapper adds its own name and '/' before it.</param>
/// <param name="Trained">Whether training changes the weight. The others (moving averages) come after all trained weights in Keras 2 files.</param>
internal readonly record struct WeightSlot(string Name, bool Trained = true);
