using System.Text.RegularExpressions;

namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>Recognises the names of the residual blocks of Keras' InceptionResNetV2: <c>block35_1</c>, <c>block17_20</c>, <c>block8_10</c> …</summary>
internal static partial class InceptionBlocks
{
    public static bool IsName(string layer) => Name().IsMatch(layer);

    [GeneratedRegex(@"^block(35|17|8)_\d{1,2}$")]
    private static partial Regex Name();
}
