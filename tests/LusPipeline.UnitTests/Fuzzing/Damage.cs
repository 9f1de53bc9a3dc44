namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>Damages files a little, so that much of them still makes sense.</summary>
internal static class Damage
{
    /// <summary>A copy with one to five changes.</summary>
    public static byte[] To(byte[] good, Random random)
    {
        var bad = good.ToArray();
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var at = random.Next(bad.Length);
            switch (random.Next(4))
            {
                case 0:
                    bad[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bad[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    // Sizes and offsets are numbers of up to 8 bytes.
                    bad.AsSpan(at, Math.Min(random.Next(1, 9), bad.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                default:
                    var length = Math.Min(random.Next(1, 64), bad.Length - at);
                    bad.AsSpan(random.Next(bad.Length - length), length).CopyTo(bad.AsSpan(at));
                    break;
            }
        }
        return bad;
    }
}
