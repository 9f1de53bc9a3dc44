namespace LusPipeline.Models.Keras.Converters;

/// <summary>Layers that do nothing once training is over.</summary>
internal static class Identities
{
    public static void Register(ConverterTable table)
    {
        foreach (var name in (string[])
            [
                "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization", "Identity",
            ])
        {
            table.Add(name, layer => layer.Input);
        }
    }
}
