namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>Layers that do nothing once training is over: dropout, noise, and Keras' random changes of images.</summary>
internal static class Identities
{
    public static void Register(ConverterTable table)
    {
        foreach (var name in (string[])
            [
                "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization", "Identity",
                "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomWidth", "RandomHeight",
            ])
        {
            table.Add(name, layer => layer.Input);
        }
    }
}
