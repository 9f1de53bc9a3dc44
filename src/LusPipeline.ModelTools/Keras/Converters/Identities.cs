namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>Layers that do nothing after training: dropout, noise, and Keras' random image augmentation.</summary>
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
