using System.Globalization;
using System.Security.Cryptography;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Computes the ETag that S3 gives to a file's object: its MD5 if it was written in one request; otherwise the MD5 of the MD5s of its
/// parts, followed by the number of parts (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
/// </summary>
internal static class FileETag
{
#pragma warning disable CA5351 // MD5 is not used for security here. It is what the server computes.
    public static async Task<string> OfAsync(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length <= S3Sending.PartBytes)
                return Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellation).ConfigureAwait(false));
            using var whole = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using var part = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            var size = S3Sending.PartSizeOf(file.Length);
            var buffer = new byte[81_920];
            var parts = 0;
            for (long from = 0; from < file.Length; from += size, parts++)
            {
                for (var left = Math.Min(size, file.Length - from); left > 0;)
                {
                    var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellation).ConfigureAwait(false);
                    if (read == 0)
                        throw new EndOfStreamException("The file was cut short while it was read.");
                    part.AppendData(buffer, 0, read);
                    left -= read;
                }
                whole.AppendData(part.GetHashAndReset());
            }
            return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(whole.GetHashAndReset())}-{parts}");
        }
    }
#pragma warning restore CA5351
}
