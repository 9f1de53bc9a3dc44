namespace LusPipeline.ModelTools.Keras;

/// <summary>How an architecture expects its RGB frames to be preprocessed from values 0 … 255 (Keras: <c>imagenet_utils.preprocess_input</c>).</summary>
public enum Preprocess
{
    /// <summary>No preprocessing.</summary>
    None,

    /// <summary>x/127.5 − 1, in [−1, 1].</summary>
    Tf,

    /// <summary>Channels in the order B, G, R, minus ImageNet's means 103.939, 116.779, 123.68.</summary>
    Caffe,

    /// <summary>x/255, minus the means 0.485, 0.456, 0.406, divided by the standard deviations 0.229, 0.224, 0.225.</summary>
    Torch,
}
