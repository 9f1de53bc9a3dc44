namespace LusPipeline.Dicom.Parsing;

/// <summary>How the elements of a data set are written (PS3.5, section 7.1).</summary>
/// <param name="Explicit">Whether each element names its value representation.</param>
/// <param name="BigEndian">Whether numbers begin with their most significant byte. The standard retired this.</param>
internal readonly record struct DataSetForm(bool Explicit, bool BigEndian)
{
    public static DataSetForm ExplicitLittle { get; } = new(true, false);

    public static DataSetForm ImplicitLittle { get; } = new(false, false);
}
